/* The native executable: the engine with what our programs use of it, and their modules, each read when it is asked for. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "chunks.h"
#include "quickjs-libc.h"

JSModuleDef *js_init_module_linux(JSContext *ctx, const char *name);

/* Reading bytecode costs more than running it once: a generator needs a third of it. */
static JSModuleDef *load_chunk(JSContext *ctx, const char *name, void *opaque)
{
    for (const struct chunk *one = chunks; one->name != NULL; one++) {
        if (strcmp(one->name, name) != 0)
            continue;
        JSValue module = JS_ReadObject(ctx, one->bytecode, *one->size, JS_READ_OBJ_BYTECODE);
        if (JS_IsException(module))
            return NULL;
        JSModuleDef *definition = JS_VALUE_GET_PTR(module);
        JS_FreeValue(ctx, module);
        return definition;
    }
    JS_ThrowReferenceError(ctx, "there is no module '%s'", name);
    return NULL;
}

static bool add_intrinsics(JSContext *ctx)
{
    return JS_AddIntrinsicBaseObjects(ctx) == 0 && JS_AddIntrinsicDate(ctx) == 0 && JS_AddIntrinsicRegExp(ctx) == 0 &&
           JS_AddIntrinsicJSON(ctx) == 0 && JS_AddIntrinsicProxy(ctx) == 0 && JS_AddIntrinsicMapSet(ctx) == 0 &&
           JS_AddIntrinsicTypedArrays(ctx) == 0 && JS_AddIntrinsicPromise(ctx) == 0 && JS_AddIntrinsicWeakRef(ctx) == 0;
}

int main(int argc, char **argv)
{
    JSRuntime *runtime = JS_NewRuntime();
    JSContext *ctx = runtime == NULL ? NULL : JS_NewContextRaw(runtime);
    if (ctx == NULL || !add_intrinsics(ctx)) {
        fprintf(stderr, "%s: out of memory\n", argv[0]);
        return 1;
    }
    /* What is counted is freed at once; what is left, cycles, is less than looking for it costs in so short a life. */
    JS_SetGCThreshold(runtime, (size_t)-1);
    js_std_init_handlers(runtime);
    JS_SetModuleLoaderFunc(runtime, NULL, load_chunk, NULL);
    js_init_module_std(ctx, "qjs:std");
    js_init_module_os(ctx, "qjs:os");
    js_init_module_linux(ctx, "bitbuilder:linux");
    js_std_add_helpers(ctx, argc, argv);
    /* The program leaves by exit(): there is nothing to take down. */
    js_std_eval_binary(ctx, chunks[0].bytecode, *chunks[0].size, 0);
    fprintf(stderr, "%s: ended without a status\n", argv[0]);
    return 1;
}
