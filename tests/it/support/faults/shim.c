/* Breaks one operation on the disk, by its number, in the program that it is loaded into.
 *
 * Counts every call of the C library that changes something below FAULT_ROOT. At number
 * FAULT_AT it does what FAULT_HOW says: `kill` ends the process as SIGKILL does, `error` lets
 * this one call fail, `full` lets it and all later ones that need room fail with ENOSPC,
 * `torn` writes half of what there is to write and then ends the process. With
 * FAULT_NO_EXCHANGE two names cannot be exchanged in one step. Counts go to FAULT_COUNT.
 * Syncing is counted and left out: what dies here is a process, not the machine. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum how { NONE, KILL, ERROR, FULL, TORN };
/* What a call does: takes room, or changes names or syncs. */
enum kind { ROOM, OTHER };

static char root[PATH_MAX];
static size_t root_length;
static long at = -1;
static enum how how = NONE;
static int no_exchange;
static int trace = -1;
static char count_file[PATH_MAX];
static atomic_long count;

#define REAL(type, name, ...)                                      \
    static type (*real)(__VA_ARGS__);                              \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("FAULT_ROOT");
    if (text) { strncpy(root, text, sizeof root - 1); root_length = strlen(root); }
    if ((text = getenv("FAULT_AT"))) at = atol(text);
    no_exchange = getenv("FAULT_NO_EXCHANGE") != NULL;
    if ((text = getenv("FAULT_COUNT"))) strncpy(count_file, text, sizeof count_file - 1);
    if ((text = getenv("FAULT_HOW"))) {
        how = !strcmp(text, "kill") ? KILL : !strcmp(text, "error") ? ERROR : !strcmp(text, "full") ? FULL : TORN;
    }
    if (getenv("FAULT_TRACE")) trace = dup(2);
}

__attribute__((destructor)) static void end(void) {
    if (!count_file[0]) return;
    FILE *file = fopen(count_file, "w");
    if (file) { fprintf(file, "%ld\n", atomic_load(&count)); fclose(file); }
}

static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

static int below(const char *path) {
    return root_length && path && !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

static int fd_below(int fd) {
    char link[64], path[PATH_MAX];
    if (!root_length || fd < 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

static int at_below(int fd, const char *path) {
    return path && path[0] == '/' ? below(path) : fd == AT_FDCWD ? 0 : fd_below(fd);
}

/* 0: go on; 1: fail with errno set; 2: write half, then die. */
static int step(enum kind kind, const char *name, const char *path) {
    long own = atomic_fetch_add(&count, 1);
    if (trace >= 0) dprintf(trace, "%ld %s %s\n", own, name, path ? path : "");
    if (how == FULL && own >= at && kind == ROOM) { errno = ENOSPC; return 1; }
    if (own != at) return 0;
    switch (how) {
    case KILL: die();
    case TORN: if (kind == ROOM) return 2; die();
    case ERROR: errno = EIO; return 1;
    case FULL: case NONE: return 0;
    }
    return 0;
}

#define PATH_STEP(kind, name, fd, path) \
    if (at_below(fd, path) && step(kind, name, path)) return -1

ssize_t write(int fd, const void *data, size_t length) {
    REAL(ssize_t, "write", int, const void *, size_t);
    if (fd > 2 && fd_below(fd)) switch (step(ROOM, "write", NULL)) {
        case 1: return -1;
        case 2: real(fd, data, length / 2); die();
    }
    return real(fd, data, length);
}

ssize_t writev(int fd, const struct iovec *parts, int number) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    if (fd > 2 && fd_below(fd)) switch (step(ROOM, "writev", NULL)) {
        case 1: return -1;
        case 2: real(fd, parts, 1); die();
    }
    return real(fd, parts, number);
}

static ssize_t pwrite_step(ssize_t (*real)(int, const void *, size_t, off64_t), int fd, const void *data, size_t length, off64_t place) {
    if (fd_below(fd)) switch (step(ROOM, "pwrite", NULL)) {
        case 1: return -1;
        case 2: real(fd, data, length / 2, place); die();
    }
    return real(fd, data, length, place);
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t place) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    return pwrite_step(real, fd, data, length, place);
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t place) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    return pwrite_step(real, fd, data, length, place);
}

static int sync_step(const char *name, int fd) { return fd_below(fd) && step(OTHER, name, NULL) ? -1 : 0; }
int fsync(int fd) { return sync_step("fsync", fd); }
int fdatasync(int fd) { return sync_step("fdatasync", fd); }

static int truncate_step(int fd, off64_t length) {
    REAL(int, "ftruncate64", int, off64_t);
    if (fd_below(fd) && step(OTHER, "ftruncate", NULL)) return -1;
    return real(fd, length);
}
int ftruncate(int fd, off_t length) { return truncate_step(fd, length); }
int ftruncate64(int fd, off64_t length) { return truncate_step(fd, length); }

static int allocate_step(int fd, off64_t place, off64_t length) {
    REAL(int, "posix_fallocate64", int, off64_t, off64_t);
    if (fd_below(fd) && step(ROOM, "fallocate", NULL)) return errno;
    return real(fd, place, length);
}
int posix_fallocate(int fd, off_t place, off_t length) { return allocate_step(fd, place, length); }
int posix_fallocate64(int fd, off64_t place, off64_t length) { return allocate_step(fd, place, length); }

static int open_step(int fd, const char *path, int flags, mode_t mode) {
    REAL(int, "openat64", int, const char *, int, ...);
    if (flags & (O_CREAT | O_TRUNC)) PATH_STEP(ROOM, "open", fd, path);
    return real(fd, path, flags, mode);
}
#define OPEN_MODE                                                   \
    mode_t mode = 0;                                                \
    if (flags & (O_CREAT | __O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); }
int open(const char *path, int flags, ...) { OPEN_MODE return open_step(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { OPEN_MODE return open_step(AT_FDCWD, path, flags, mode); }
int openat(int fd, const char *path, int flags, ...) { OPEN_MODE return open_step(fd, path, flags, mode); }
int openat64(int fd, const char *path, int flags, ...) { OPEN_MODE return open_step(fd, path, flags, mode); }

int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    PATH_STEP(ROOM, "mkdir", AT_FDCWD, path);
    return real(path, mode);
}
int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    PATH_STEP(OTHER, "rename", AT_FDCWD, to);
    return real(from, to);
}
int renameat2(int fd, const char *from, int to_fd, const char *to, unsigned int flags) {
    REAL(int, "renameat2", int, const char *, int, const char *, unsigned int);
    if (no_exchange && flags) { errno = EINVAL; return -1; }
    PATH_STEP(OTHER, "exchange", to_fd, to);
    return real(fd, from, to_fd, to, flags);
}
int link(const char *from, const char *to) {
    REAL(int, "link", const char *, const char *);
    PATH_STEP(ROOM, "link", AT_FDCWD, to);
    return real(from, to);
}
int linkat(int fd, const char *from, int to_fd, const char *to, int flags) {
    REAL(int, "linkat", int, const char *, int, const char *, int);
    PATH_STEP(ROOM, "link", to_fd, to);
    return real(fd, from, to_fd, to, flags);
}
int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    PATH_STEP(OTHER, "unlink", AT_FDCWD, path);
    return real(path);
}
int unlinkat(int fd, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    PATH_STEP(OTHER, "unlink", fd, path);
    return real(fd, path, flags);
}
int rmdir(const char *path) {
    REAL(int, "rmdir", const char *);
    PATH_STEP(OTHER, "rmdir", AT_FDCWD, path);
    return real(path);
}
int chmod(const char *path, mode_t mode) {
    REAL(int, "chmod", const char *, mode_t);
    PATH_STEP(OTHER, "chmod", AT_FDCWD, path);
    return real(path, mode);
}
ssize_t copy_file_range(int from, off64_t *from_place, int to, off64_t *to_place, size_t length, unsigned int flags) {
    REAL(ssize_t, "copy_file_range", int, off64_t *, int, off64_t *, size_t, unsigned int);
    if (fd_below(to) && step(ROOM, "copy_file_range", NULL)) return -1;
    return real(from, from_place, to, to_place, length, flags);
}
ssize_t sendfile64(int to, int from, off64_t *place, size_t length) {
    REAL(ssize_t, "sendfile64", int, int, off64_t *, size_t);
    if (fd_below(to) && step(ROOM, "sendfile", NULL)) return -1;
    return real(to, from, place, length);
}
