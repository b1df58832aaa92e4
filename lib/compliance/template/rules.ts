import { ours, rules } from '../rule.ts'

const page = ours('bitbuilder-metadata.json', 5)
const yaml = { words: 'YAML 1.2.2', url: 'https://yaml.org/spec/1.2.2/' }
const lfs = { words: 'git-lfs specification', url: 'https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md' }
const git = { words: 'gitdatamodel(7)', url: 'https://git-scm.com/docs/gitdatamodel' }
const execve = { words: 'execve(2), "Interpreter scripts"', url: 'https://man7.org/linux/man-pages/man2/execve.2.html' }

export const TPL = rules({
  'TPL-01': ['E', 'what is in the template is what its type says', page],
  'TPL-02': [
    'E',
    'scripts/*.sh are regular files that may be executed and begin with the path of an interpreter',
    execve,
    {
      fix: 'makes the script executable',
      why: "No shell looks at its syntax: the text may be anybody's, and the one who verifies it is often root.",
    },
  ],
  'TPL-03': ['W', 'config/*.yaml are YAML, without tabs and duplicate keys', yaml],
  'TPL-04': ['W', 'there is nothing else at the top of the template', page],
  'TPL-05': ['E', 'no link leads out of the template, and no file only stands for one that git did not fetch', lfs],
  'TPL-06': [
    'W',
    'there is nothing that git does not keep: empty directories, other modes than 644 and 755, devices',
    git,
    {
      why: 'What is made of the template gets the directories and modes that the rules ask for, and no others.',
      fix: 'removes files that only keep a directory for git',
    },
  ],
})
