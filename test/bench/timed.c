/* timed COMMAND [ARGUMENT…]: runs it to its end, its input and output being /dev/null, and prints one line: nanoseconds from
 * before it is started until it has ended, KiB of memory at its peak, instructions in user mode of it and all that it starts
 * (0 where the machine does not count them), and its exit status. A program as small as can be: what starts another adds its
 * own time to it, and its own memory where that is more. */

#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Counts what is executed after execve(2) in the children of this process. */
static int count_instructions(void)
{
    struct perf_event_attr attributes = {
        .size = sizeof attributes,
        .type = PERF_TYPE_HARDWARE,
        .config = PERF_COUNT_HW_INSTRUCTIONS,
        .disabled = 1,
        .inherit = 1,
        .enable_on_exec = 1,
        .exclude_kernel = 1,
        .exclude_hv = 1,
    };
    return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

int main(int argc, char *argv[])
{
    int counter = count_instructions(), nothing = open("/dev/null", O_RDWR | O_CLOEXEC), status;
    uint64_t instructions = 0;
    struct rusage usage;

    if (argc < 2)
        errx(2, "usage: %s COMMAND [ARGUMENT...]", argv[0]);
    int64_t before = now();
    pid_t pid = vfork();
    if (pid == 0) {
        for (int fd = 0; fd < 3; fd++)
            dup2(nothing, fd);
        execv(argv[1], argv + 1);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
        err(1, "%s", argv[1]);
    int64_t took = now() - before;
    if (counter >= 0 && read(counter, &instructions, sizeof instructions) != sizeof instructions)
        instructions = 0;
    printf("%lld %ld %llu %d\n", (long long)took, usage.ru_maxrss, (unsigned long long)instructions,
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
