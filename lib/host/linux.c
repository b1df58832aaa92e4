/* The module 'bitbuilder:linux': syscall(2) and the UTF-8 of a text, for lib/host/linux.ts. The engine's own library knows no
 * O_NOFOLLOW, no *at() call, no flock, fsync, fchmod or statx; with these all of them are TypeScript. */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "quickjs.h"

/* A lone surrogate has no UTF-8: it becomes U+FFFD, which is as long. Pure ASCII, which may be shared, is not written to. */
static void make_well_formed(char *text, size_t length)
{
    for (char *end = text + length; (text = memchr(text, 0xED, end - text)) != NULL; text++)
        if ((unsigned char)text[1] >= 0xA0)
            memcpy(text, "\xEF\xBF\xBD", 3);
}

static const char *to_utf8(JSContext *ctx, size_t *length, JSValueConst value)
{
    const char *text = JS_ToCStringLen(ctx, length, value);
    if (text != NULL)
        make_well_formed((char *)text, *length);
    return text;
}

/* syscall(number, ...up to six): each a number, a string without NUL, or an Uint8Array. Returns the result, or minus errno. */
static JSValue linux_syscall(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    long value[7] = {0}, result = -EINVAL;
    const char *text[7] = {0};
    size_t size;
    int at;

    for (at = 0; at < argc && at < 7; at++) {
        int64_t number;
        if (JS_IsString(argv[at])) {
            text[at] = to_utf8(ctx, &size, argv[at]);
            if (text[at] == NULL || strlen(text[at]) != size)
                goto done;
            value[at] = (long)text[at];
        } else if (JS_IsObject(argv[at])) {
            value[at] = (long)JS_GetUint8Array(ctx, &size, argv[at]);
            if (value[at] == 0)
                goto done;
        } else {
            if (JS_ToInt64(ctx, &number, argv[at]) != 0)
                goto done;
            value[at] = number;
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

/* encode(text): its UTF-8 as an ArrayBuffer. */
static JSValue linux_encode(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    size_t length;
    const char *text = to_utf8(ctx, &length, argv[0]);
    if (text == NULL)
        return JS_EXCEPTION;
    JSValue buffer = JS_NewArrayBufferCopy(ctx, (const uint8_t *)text, length);
    JS_FreeCString(ctx, text);
    return buffer;
}

/* decode(bytes, from, to): the text of this UTF-8, undefined where it is none. */
static JSValue linux_decode(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    size_t size, again;
    uint32_t from, to;
    const char *bytes = (const char *)JS_GetUint8Array(ctx, &size, argv[0]);
    if (bytes == NULL || JS_ToUint32(ctx, &from, argv[1]) || JS_ToUint32(ctx, &to, argv[2]))
        return JS_EXCEPTION;
    if (from > to || to > size)
        return JS_ThrowRangeError(ctx, "not within the bytes");
    JSValue text = JS_NewStringLen(ctx, bytes + from, to - from);
    if (JS_IsException(text))
        return text;
    /* What the engine has replaced does not come back as it was. */
    const char *back = to_utf8(ctx, &again, text);
    bool same = back != NULL && again == to - from && memcmp(back, bytes + from, again) == 0;
    JS_FreeCString(ctx, back);
    if (same)
        return text;
    JS_FreeValue(ctx, text);
    return back == NULL ? JS_EXCEPTION : JS_UNDEFINED;
}

#define NUMBER(name, value) JS_PROP_INT32_DEF(name, value, JS_PROP_CONFIGURABLE)
#define CALL(name) NUMBER("SYS_" #name, SYS_##name)
#define FLAG(name) NUMBER(#name, name)

static const JSCFunctionListEntry exported[] = {
    JS_CFUNC_DEF("syscall", 7, linux_syscall),
    JS_CFUNC_DEF("encode", 1, linux_encode),
    JS_CFUNC_DEF("decode", 3, linux_decode),
    CALL(close), CALL(fchmod), CALL(fchown), CALL(flock), CALL(fsync), CALL(getdents64), CALL(getegid), CALL(geteuid),
    CALL(mkdirat), CALL(openat), CALL(pidfd_open), CALL(pipe2), CALL(ppoll), CALL(pread64), CALL(read), CALL(readlinkat),
    CALL(renameat2), CALL(statx), CALL(symlinkat), CALL(uname), CALL(unlinkat), CALL(write),
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
