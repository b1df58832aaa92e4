# fish completion for bitbuilder(8)

set -l verbs list show network generate verify diff plan provision rollback status logs remove template image doctor schema help

function __fish_bitbuilder_ids
    set -l root (string match --regex -- '--root(?:=| +)\S+' (commandline --cut-at-cursor) | string replace --regex -- '^--root(?:=| +)' '--root=')
    bitbuilder $root list 2>/dev/null | string match --invert --regex '^ID ' | string match --regex '^[^ ]+'
end

# Whether the command line is "bitbuilder template list", or whatever else is asked, so far.
function __fish_bitbuilder_is
    set -l words (commandline --tokenize --cut-at-cursor --current-process | string match --invert -- '-*')
    test "$words[2..]" = "$argv"
end

complete --command bitbuilder --no-files
complete --command bitbuilder --long-option root --require-parameter --arguments '(__fish_complete_directories)' --description 'Read everything below a directory instead of /'
complete --command bitbuilder --long-option json --description 'Print JSON'
complete --command bitbuilder --short-option h --long-option help --description 'Print a short help'
complete --command bitbuilder --long-option version --description 'Print the version'

complete --command bitbuilder --condition "not __fish_seen_subcommand_from $verbs" --arguments list --description 'List the tenants of the registry'
complete --command bitbuilder --condition "not __fish_seen_subcommand_from $verbs" --arguments show --description 'Show what is known of one tenant'
complete --command bitbuilder --condition "not __fish_seen_subcommand_from $verbs" --arguments generate --description 'Print every unit that the generators would write'
complete --command bitbuilder --condition "not __fish_seen_subcommand_from $verbs" --arguments verify --description 'Check what the generators read, or a tree, an image or a file'
complete --command bitbuilder --condition "not __fish_seen_subcommand_from $verbs" --arguments diff --description 'Show what the next daemon-reload would change'
complete --command bitbuilder --condition "not __fish_seen_subcommand_from $verbs" --arguments network --description 'Explain the names, numbers and addresses of a tenant\'s network'
complete --command bitbuilder --condition "not __fish_seen_subcommand_from $verbs" --arguments plan --description 'Show what starting or reloading a tenant would do now'
complete --command bitbuilder --condition "not __fish_seen_subcommand_from $verbs" --arguments provision --description 'Fetch the repository of a tenant now'
complete --command bitbuilder --condition "not __fish_seen_subcommand_from $verbs" --arguments rollback --description 'Go back to a former revision of a tenant'
complete --command bitbuilder --condition "not __fish_seen_subcommand_from $verbs" --arguments status --description 'Show what runs'
complete --command bitbuilder --condition "not __fish_seen_subcommand_from $verbs" --arguments logs --description 'Show what the journal has of a tenant'
complete --command bitbuilder --condition "not __fish_seen_subcommand_from $verbs" --arguments remove --description 'Stop a tenant and remove its entry'
complete --command bitbuilder --condition "not __fish_seen_subcommand_from $verbs" --arguments template --description 'List, make and use templates'
complete --command bitbuilder --condition "not __fish_seen_subcommand_from $verbs" --arguments image --description 'Make and install images of extensions'
complete --command bitbuilder --condition "not __fish_seen_subcommand_from $verbs" --arguments doctor --description 'Check what this host needs for its tenants'
complete --command bitbuilder --condition "not __fish_seen_subcommand_from $verbs" --arguments schema --description 'Print a JSON Schema'
complete --command bitbuilder --condition "not __fish_seen_subcommand_from $verbs" --arguments help --description 'Print a short help'

complete --command bitbuilder --condition '__fish_seen_subcommand_from show network generate verify plan provision rollback status logs remove' --arguments '(__fish_bitbuilder_ids)' --description Tenant
complete --command bitbuilder --condition '__fish_seen_subcommand_from verify' --force-files
complete --command bitbuilder --condition '__fish_bitbuilder_is template' --arguments list --description 'List the templates of this host'
complete --command bitbuilder --condition '__fish_bitbuilder_is template' --arguments new --description 'Make a new template'
complete --command bitbuilder --condition '__fish_bitbuilder_is template' --arguments instantiate --description 'Make what a template describes'
complete --command bitbuilder --condition '__fish_bitbuilder_is template new' --arguments 'infrastructure machine container homed network sysext confext' --description Type
complete --command bitbuilder --condition '__fish_bitbuilder_is template instantiate' --arguments '(bitbuilder template list 2>/dev/null | string match --regex "^[a-z0-9][a-z0-9.-]*(?= )")' --description Template
complete --command bitbuilder --condition '__fish_seen_subcommand_from instantiate' --long-option set --exclusive --description 'Set a parameter, NAME=VALUE'
complete --command bitbuilder --condition '__fish_seen_subcommand_from instantiate' --long-option userland --require-parameter --arguments '(__fish_complete_directories)' --description 'Take programs from another root'
complete --command bitbuilder --condition '__fish_seen_subcommand_from instantiate' --long-option commit --exclusive --description 'A commit of a git repository'
complete --command bitbuilder --condition '__fish_seen_subcommand_from instantiate' --long-option force --description 'Whatever this host lacks'
complete --command bitbuilder --condition '__fish_seen_subcommand_from schema' --arguments 'tenant registry metadata template' --description Schema
complete --command bitbuilder --condition '__fish_seen_subcommand_from image; and not __fish_seen_subcommand_from build install list rollback' --arguments build --description 'Make an extension image of a tree'
complete --command bitbuilder --condition '__fish_seen_subcommand_from image; and not __fish_seen_subcommand_from build install list rollback' --arguments install --description 'Give a tenant an extension image'
complete --command bitbuilder --condition '__fish_seen_subcommand_from image; and not __fish_seen_subcommand_from build install list rollback' --arguments list --description 'List extensions of tenants with their versions'
complete --command bitbuilder --condition '__fish_seen_subcommand_from image; and not __fish_seen_subcommand_from build install list rollback' --arguments rollback --description 'Let a tenant take another version of an extension'
complete --command bitbuilder --condition '__fish_seen_subcommand_from image; and __fish_seen_subcommand_from install list rollback' --arguments '(__fish_bitbuilder_ids)' --description Tenant
complete --command bitbuilder --condition '__fish_seen_subcommand_from image; and __fish_seen_subcommand_from build install' --force-files
complete --command bitbuilder --condition '__fish_seen_subcommand_from image; and __fish_seen_subcommand_from build install rollback' --long-option class --exclusive --arguments 'sysext confext' --description 'What a tree is that is both'
complete --command bitbuilder --condition '__fish_seen_subcommand_from image; and __fish_seen_subcommand_from build' --long-option format --exclusive --arguments 'squashfs erofs ddi' --description 'What the image is'
complete --command bitbuilder --condition '__fish_seen_subcommand_from image; and __fish_seen_subcommand_from build' --long-option base --require-parameter --arguments '(__fish_complete_directories)' --description 'The root file system that the extension is for'
complete --command bitbuilder --condition '__fish_seen_subcommand_from image; and __fish_seen_subcommand_from build' --long-option image-version --exclusive --description 'The version in the name'
complete --command bitbuilder --condition '__fish_seen_subcommand_from image; and __fish_seen_subcommand_from build' --long-option private-key --require-parameter --force-files --description 'The key to sign with'
complete --command bitbuilder --condition '__fish_seen_subcommand_from image; and __fish_seen_subcommand_from build' --long-option certificate --require-parameter --force-files --description 'The certificate of the key'

complete --command bitbuilder --condition '__fish_seen_subcommand_from logs' --short-option f --long-option follow --description 'Go on with what comes'
complete --command bitbuilder --condition '__fish_seen_subcommand_from logs' --short-option n --long-option lines --exclusive --description 'Show only the last lines'
complete --command bitbuilder --condition '__fish_seen_subcommand_from logs' --long-option since --exclusive --description 'Show only what came since then'
complete --command bitbuilder --condition '__fish_seen_subcommand_from provision' --long-option force --description 'Take a commit that does not descend from the last one'
complete --command bitbuilder --condition '__fish_seen_subcommand_from remove' --long-option purge-data --description 'Delete its data and give up its addresses as well'
complete --command bitbuilder --condition '__fish_seen_subcommand_from verify' --long-option as --exclusive --arguments 'os-release extension-release image versions extensions template metadata sysext confext rootfs machine homed home boot boot-entry efi ddi network-files nspawn voa verifier user-record' --description 'Take the path for this kind of thing'
complete --command bitbuilder --condition '__fish_seen_subcommand_from verify' --long-option base --require-parameter --arguments '(__fish_complete_directories)' --description 'The root file system that extensions will lie on'
complete --command bitbuilder --condition '__fish_seen_subcommand_from verify' --long-option source --description 'The path is a checkout of git'
complete --command bitbuilder --condition '__fish_seen_subcommand_from verify' --long-option fix --description 'Repair what can safely be repaired'
complete --command bitbuilder --condition '__fish_seen_subcommand_from verify' --long-option sarif --description 'Print SARIF'
complete --command bitbuilder --condition '__fish_seen_subcommand_from verify' --long-option explain --exclusive --description 'Say what a rule wants'
