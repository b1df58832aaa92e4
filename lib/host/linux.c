/* The module 'bitbuilder:linux', for lib/host/linux.ts: the system calls themselves, text as UTF-8, and modules when they are
 * needed. The engine's own library has no O_NOFOLLOW, flock, fsync, fchmod or *at(); with these all of them are TypeScript. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "quickjs-libc.h"

/* The UTF-8 of a string. A lone surrogate has none: it becomes U+FFFD, which is as long. ASCII may be shared, and is left alone. */
static const char *to_utf8(JSContext *ctx, size_t *length, JSValueConst value)
{
    const char *text = JS_ToCStringLen(ctx, length, value);
    if (text != NULL)
        for (char *at = (char *)text, *end = at + *length; (at = memchr(at, 0xED, end - at)) != NULL; at++)
            if ((unsigned char)at[1] >= 0xA0)
                memcpy(at, "\xEF\xBF\xBD", 3);
    return text;
}

/* syscall(number, ...up to six): each a number, a string without NUL, a Uint8Array, or null for the length of the array before
 * it. Returns the result, or minus errno. */
static JSValue linux_syscall(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    long value[7] = {0}, result = -EINVAL;
    const char *text[7] = {0};
    size_t length = 0;
    int at;

    for (at = 0; at < argc && at < 7; at++) {
        int64_t number;
        if (JS_IsString(argv[at])) {
            text[at] = to_utf8(ctx, &length, argv[at]);
            if (text[at] == NULL || strlen(text[at]) != length)
                goto done;
            value[at] = (long)text[at];
        } else if (JS_IsNull(argv[at])) {
            value[at] = (long)length;
        } else if (JS_IsObject(argv[at])) {
            value[at] = (long)JS_GetUint8Array(ctx, &length, argv[at]);
            if (JS_HasException(ctx))
                goto done;
        } else {
            if (JS_ToInt64(ctx, &number, argv[at]) != 0)
                goto done;
            value[at] = (long)number;
        }
    }
    result = syscall(value[0], value[1], value[2], value[3], value[4], value[5], value[6]);
    if (result < 0)
        result = -errno;
done:
    for (at = 0; at < 7; at++)
        JS_FreeCString(ctx, text[at]);
    return JS_HasException(ctx) ? JS_EXCEPTION : JS_NewInt64(ctx, result);
}

/* write(fd, text): all of its UTF-8, however often that takes. Returns 0, or minus errno. */
static JSValue linux_write(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    int fd, result = 0;
    size_t length, done = 0;
    const char *text;
    if (JS_ToInt32(ctx, &fd, argv[0]) != 0 || (text = to_utf8(ctx, &length, argv[1])) == NULL)
        return JS_EXCEPTION;
    while (done < length && result == 0) {
        struct pollfd writable = {.fd = fd, .events = POLLOUT};
        ssize_t count = write(fd, text + done, length - done);
        if (count >= 0)
            done += count;
        else if (errno == EAGAIN)
            poll(&writable, 1, -1);
        else if (errno != EINTR)
            result = -errno;
    }
    JS_FreeCString(ctx, text);
    return JS_NewInt32(ctx, result);
}

/* execute(words): becomes that program of $PATH. Returns only when it cannot be, and then minus errno. */
static JSValue linux_execute(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    int64_t count;
    int result = -ENOENT;
    if (JS_GetLength(ctx, argv[0], &count) != 0)
        return JS_EXCEPTION;
    const char **words = js_mallocz(ctx, (count + 1) * sizeof(*words));
    if (words == NULL)
        return JS_EXCEPTION;
    for (int64_t at = 0; at < count; at++) {
        size_t length;
        JSValue word = JS_GetPropertyUint32(ctx, argv[0], at);
        words[at] = to_utf8(ctx, &length, word);
        JS_FreeValue(ctx, word);
        if (words[at] == NULL)
            break;
    }
    if (!JS_HasException(ctx) && count > 0) {
        execvp(words[0], (char **)words);
        result = -errno;
    }
    for (int64_t at = 0; at < count; at++)
        JS_FreeCString(ctx, words[at]);
    js_free(ctx, words);
    return JS_HasException(ctx) ? JS_EXCEPTION : JS_NewInt32(ctx, result);
}

/* The text of this UTF-8, undefined where it is none. */
static JSValue to_text(JSContext *ctx, const char *bytes, size_t length)
{
    size_t again, ascii = 0;
    JSValue text = JS_NewStringLen(ctx, bytes, length);
    while (ascii < length && (bytes[ascii] & 0x80) == 0)
        ascii++;
    if (ascii == length || JS_IsException(text))
        return text;
    /* What the engine has replaced does not come back as it was. */
    const char *back = to_utf8(ctx, &again, text);
    bool same = back != NULL && again == length && memcmp(back, bytes, again) == 0;
    JS_FreeCString(ctx, back);
    if (same)
        return text;
    JS_FreeValue(ctx, text);
    return back == NULL ? JS_EXCEPTION : JS_UNDEFINED;
}

/* decode(bytes, length): the text of so many of them, undefined where it is none. */
static JSValue linux_decode(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    size_t size;
    uint32_t length;
    const char *bytes = (const char *)JS_GetUint8Array(ctx, &size, argv[0]);
    if (bytes == NULL || JS_ToUint32(ctx, &length, argv[1]))
        return JS_EXCEPTION;
    return length > size ? JS_ThrowRangeError(ctx, "more than there are") : to_text(ctx, bytes, length);
}

/* A string where the name is UTF-8, else its bytes and a NUL. */
static JSValue to_name(JSContext *ctx, const char *name)
{
    JSValue text = to_text(ctx, name, strlen(name));
    return JS_IsUndefined(text) ? JS_NewUint8ArrayCopy(ctx, (const uint8_t *)name, strlen(name) + 1) : text;
}

/* entries(fd, into): adds the name and the type, dirent.h(0p), of each entry of a directory but "." and "..". A name that is no
 * UTF-8 is its bytes and a NUL. Returns 0, or minus errno. */
static JSValue linux_entries(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    static char buffer[32768] __attribute__((aligned(8)));
    uint32_t count = 0;
    ssize_t size;
    int fd;
    if (JS_ToInt32(ctx, &fd, argv[0]) != 0)
        return JS_EXCEPTION;
    while ((size = getdents64(fd, buffer, sizeof(buffer))) > 0) {
        struct dirent64 *one;
        for (char *at = buffer; at < buffer + size; at += one->d_reclen) {
            one = (struct dirent64 *)at;
            if (strcmp(one->d_name, ".") == 0 || strcmp(one->d_name, "..") == 0)
                continue;
            JSValue name = to_name(ctx, one->d_name);
            if (JS_IsException(name) || JS_SetPropertyUint32(ctx, argv[1], count++, name) < 0 ||
                JS_SetPropertyUint32(ctx, argv[1], count++, JS_NewInt32(ctx, one->d_type)) < 0)
                return JS_EXCEPTION;
        }
    }
    return JS_NewInt32(ctx, size < 0 ? -errno : 0);
}

struct scanned {
    char *name;
    uint64_t size;
    uint32_t mode, uid, gid, links, major, minor;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct scanned *)a)->name, ((const struct scanned *)b)->name);
}

/* Adds to the list what it takes of an entry; false without memory. */
static bool look(JSContext *ctx, struct scanned **list, size_t *count, size_t *room, int fd, const char *name)
{
    if (*count == *room) {
        size_t more = *room == 0 ? 64 : *room * 2;
        struct scanned *grown = js_realloc(ctx, *list, more * sizeof(**list));
        if (grown == NULL)
            return false;
        *list = grown;
        *room = more;
    }
    struct scanned *one = &(*list)[*count];
    struct statx stat;
    /* What has gone meanwhile is left out. */
    if (statx(fd, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &stat) != 0)
        return true;
    *one = (struct scanned){js_strdup(ctx, name),  stat.stx_size,       stat.stx_mode,      stat.stx_uid, stat.stx_gid,
                            stat.stx_nlink,        stat.stx_rdev_major, stat.stx_rdev_minor};
    *count += one->name != NULL;
    return one->name != NULL;
}

static bool has_control(const char *name)
{
    while ((unsigned char)*name >= 0x20 && *name != 0x7F)
        name++;
    return *name != 0;
}

/* What JS_NewAtom makes of the keys of an entry, once. */
static const char *const keys[] = {"name", "isPlain", "kind", "uid", "gid", "mode", "size", "links", "device"};
enum { KEYS = sizeof(keys) / sizeof(*keys) };

/* An object grows key by key, and each time the engine looks for one that has grown in the same way: as long as there are such,
 * a thousand others need no bookkeeping of their own. */
static void name_keys(JSContext *ctx, JSAtom *atoms)
{
    static JSValue grown[KEYS];
    JSValue nothing[KEYS];
    for (int key = 0; key < KEYS; key++) {
        atoms[key] = JS_NewAtom(ctx, keys[key]);
        nothing[key] = JS_UNDEFINED;
        grown[key] = JS_NewObjectFrom(ctx, key + 1, atoms, nothing);
    }
    (void)grown;
}

/* Puts the object of an entry at its place in `into`; false when that cannot be. */
static bool put(JSContext *ctx, const JSAtom *atoms, const struct scanned *one, JSValueConst into, size_t at, JSValueConst kinds)
{
    char device[24] = "";
    if (S_ISCHR(one->mode) || S_ISBLK(one->mode))
        snprintf(device, sizeof(device), "%u:%u", one->major, one->minor);
    JSValue name = to_name(ctx, one->name);
    JSValue values[KEYS] = {
        name,
        JS_NewBool(ctx, JS_IsString(name) && !has_control(one->name)),
        JS_GetPropertyUint32(ctx, kinds, one->mode >> 12),
        JS_NewUint32(ctx, one->uid),
        JS_NewUint32(ctx, one->gid),
        JS_NewInt32(ctx, one->mode & 07777),
        JS_NewInt64(ctx, one->size),
        JS_NewUint32(ctx, one->links),
        JS_NewString(ctx, device),
    };
    JSValue entry = JS_NewObjectFrom(ctx, KEYS, atoms, values);
    return !JS_IsException(entry) && JS_SetPropertyUint32(ctx, into, at, entry) >= 0;
}

/* scan(fd, into, kinds): adds an object for each entry of a directory, by the bytes of their names. Its kind is one of `kinds`,
 * by the upper bits of the mode; it is plain when it is UTF-8 without control characters; its device an empty text, or
 * "MAJOR:MINOR". Returns minus errno, 0, or 1 when there are names beyond ASCII. */
static JSValue linux_scan(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    static char buffer[32768] __attribute__((aligned(8)));
    static JSAtom atoms[KEYS];
    struct scanned *list = NULL;
    size_t count = 0, room = 0;
    bool good = true, is_ascii = true;
    ssize_t size = 0;
    int fd;
    if (JS_ToInt32(ctx, &fd, argv[0]) != 0)
        return JS_EXCEPTION;
    if (atoms[0] == 0)
        name_keys(ctx, atoms);
    while (good && (size = getdents64(fd, buffer, sizeof(buffer))) > 0) {
        struct dirent64 *one;
        for (char *at = buffer; good && at < buffer + size; at += one->d_reclen) {
            one = (struct dirent64 *)at;
            if (strcmp(one->d_name, ".") != 0 && strcmp(one->d_name, "..") != 0)
                good = look(ctx, &list, &count, &room, fd, one->d_name);
        }
    }
    int error = size < 0 ? -errno : 0;
    if (count > 1)
        qsort(list, count, sizeof(*list), by_name);
    for (size_t at = 0; at < count; at++) {
        good = good && put(ctx, atoms, &list[at], argv[1], at, argv[2]);
        for (const char *byte = list[at].name; is_ascii && *byte != 0; byte++)
            is_ascii = (*byte & 0x80) == 0;
        js_free(ctx, list[at].name);
    }
    js_free(ctx, list);
    return good && !JS_HasException(ctx) ? JS_NewInt32(ctx, error != 0 ? error : !is_ascii) : JS_EXCEPTION;
}

/* nesting(bytes, length): how deep [ and { are nested in them, outside of strings. */
static JSValue linux_nesting(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    size_t size;
    uint32_t length;
    int depth = 0, deepest = 0;
    bool in_string = false;
    const uint8_t *at = JS_GetUint8Array(ctx, &size, argv[0]), *end;
    if (at == NULL || JS_ToUint32(ctx, &length, argv[1]))
        return JS_EXCEPTION;
    for (end = at + (length < size ? length : size); at < end; at++) {
        if (*at == '"')
            in_string = !in_string;
        else if (in_string)
            at += *at == '\\';
        else if (*at == '[' || *at == '{')
            deepest = ++depth > deepest ? depth : deepest;
        else if (*at == ']' || *at == '}')
            depth--;
    }
    return JS_NewInt32(ctx, deepest);
}

/* load(name): what a module of this executable exports. */
static JSValue linux_load(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    const char *name = JS_ToCString(ctx, argv[0]);
    if (name == NULL)
        return JS_EXCEPTION;
    JSValue promise = JS_LoadModule(ctx, "", name);
    JS_FreeCString(ctx, name);
    return js_std_await(ctx, promise);
}

#define NUMBER(name, value) JS_PROP_INT32_DEF(name, value, JS_PROP_CONFIGURABLE)
#define CALL(name) NUMBER("SYS_" #name, SYS_##name)
#define FLAG(name) NUMBER(#name, name)

static const JSCFunctionListEntry exported[] = {
    JS_CFUNC_DEF("syscall", 7, linux_syscall),
    JS_CFUNC_DEF("write", 2, linux_write),
    JS_CFUNC_DEF("execute", 1, linux_execute),
    JS_CFUNC_DEF("decode", 2, linux_decode),
    JS_CFUNC_DEF("entries", 2, linux_entries),
    JS_CFUNC_DEF("scan", 3, linux_scan),
    JS_CFUNC_DEF("nesting", 2, linux_nesting),
    JS_CFUNC_DEF("load", 1, linux_load),
    CALL(close), CALL(fchmod), CALL(fchown), CALL(flock), CALL(fsync), CALL(getegid), CALL(geteuid),
    CALL(lgetxattr), CALL(llistxattr),
    CALL(mkdirat), CALL(openat), CALL(openat2), CALL(pidfd_open), CALL(pipe2), CALL(ppoll), CALL(pread64), CALL(prlimit64), CALL(read),
    CALL(readlinkat), CALL(renameat2), CALL(statx), CALL(symlinkat), CALL(uname), CALL(unlinkat),
    /* Not the same on all architectures. */
    FLAG(O_DIRECTORY), FLAG(O_NOFOLLOW), FLAG(O_NONBLOCK), FLAG(O_NOCTTY), FLAG(O_CLOEXEC), FLAG(O_CREAT), FLAG(O_EXCL),
};

static int init(JSContext *ctx, JSModuleDef *module)
{
    return JS_SetModuleExportList(ctx, module, exported, sizeof(exported) / sizeof(exported[0]));
}

JSModuleDef *js_init_module_linux(JSContext *ctx, const char *name)
{
    JSModuleDef *module = JS_NewCModule(ctx, name, init);
    if (module != NULL)
        JS_AddModuleExportList(ctx, module, exported, sizeof(exported) / sizeof(exported[0]));
    return module;
}
