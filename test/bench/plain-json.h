/* JSON for plain-generator.c, read where it stands: strings are cut out of the text. */

#include <err.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef void take_member(const char *key, void *into);

/* What is still to be read; ends with a NUL. */
static char *at;

static bool take(char c)
{
    at += strspn(at, " \n\r\t");
    if (*at != c)
        return false;
    at++;
    return true;
}

static void expect(char c)
{
    if (!take(c))
        errx(1, "expected '%c' before '%.20s'", c, at);
}

static char *take_string(void)
{
    expect('"');
    char *start = at;
    at += strcspn(at, "\"\\");
    if (*at != '"')
        errx(1, "a string with escapes, not a host of the bench");
    *at++ = '\0';
    return start;
}

static double take_number(void)
{
    return strtod(at, &at);
}

static void take_object(take_member *member, void *into)
{
    expect('{');
    if (take('}'))
        return;
    do {
        char *key = take_string();
        expect(':');
        member(key, into);
    } while (take(','));
    expect('}');
}

static void skip_value(const char *key, void *into)
{
    if (take('{')) {
        at--;
        take_object(skip_value, into);
    } else if (take('[')) {
        if (take(']'))
            return;
        do
            skip_value(key, into);
        while (take(','));
        expect(']');
    } else if (*at == '"')
        take_string();
    else
        at += strcspn(at, ",]} \n\r\t");
}
