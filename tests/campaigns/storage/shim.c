/* File calls of a process under test: made to fail once armed, or written down in their order.

   LD_PRELOAD=shim.so SHIM_ROOT=/data  and one of
     SHIM_FAULT="call errno pattern" SHIM_ARM=file SHIM_HIT=file   fail from the first match on
     SHIM_LOG=file                                                  write everything down

   Only files under SHIM_ROOT count. A fault is armed while the file SHIM_ARM exists; the first call
   that fails writes the monotonic time in nanoseconds to SHIM_HIT. Calls: open (for writing), read
   (pread, read, and mmap of a table), write (write, pwrite), sync (fsync, fdatasync), rename,
   truncate. A pattern is a part of the file's name.

   The log is a row of records, all integers little-endian:
     kind u8, length of the name u16, number u64, length of the data u32, name, data
   C create or truncate at open, W write at an offset, S sync of a file, D sync of a folder,
   R rename (data = new name), U unlink, T truncate to a size, M a folder made.

   fiu-run of fiu-utils fails every file call of a process, sockets and logs included; here a name
   decides, and the order is recorded too. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define FILES_MAX 4096

static char *names[FILES_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *root, *arm, *hit, *log_path;
static char call_wanted[16], pattern[128];
static int error_wanted, log_descriptor = -1;

__attribute__((constructor)) static void begin(void) {
  const char *fault = getenv("SHIM_FAULT");
  root = getenv("SHIM_ROOT");
  arm = getenv("SHIM_ARM");
  hit = getenv("SHIM_HIT");
  log_path = getenv("SHIM_LOG");
  if (fault && sscanf(fault, "%15s %d %127s", call_wanted, &error_wanted, pattern) != 3)
    call_wanted[0] = 0;
  if (log_path)
    log_descriptor = syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
}

static int ours(const char *name) { return root && name && !strncmp(name, root, strlen(root)); }

static const char *name_of(int fd) { return fd >= 0 && fd < FILES_MAX ? names[fd] : NULL; }

/* Whether this call fails now. */
static int fails(const char *call, const char *name) {
  if (!ours(name) || strcmp(call, call_wanted) || !strstr(name + strlen(root), pattern)) return 0;
  if (arm && syscall(SYS_access, arm, F_OK)) return 0;
  if (hit) {
    int fd = syscall(SYS_openat, AT_FDCWD, hit, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd >= 0) {
      char text[64];
      struct timespec at;
      clock_gettime(CLOCK_MONOTONIC, &at);
      int length = snprintf(text, sizeof text, "%lld", at.tv_sec * 1000000000LL + at.tv_nsec);
      syscall(SYS_write, fd, text, length);
      syscall(SYS_close, fd);
    }
  }
  errno = error_wanted;
  return 1;
}

static void note(char kind, const char *name, uint64_t number, const void *data, uint32_t size) {
  if (log_descriptor < 0 || !ours(name)) return;
  const char *shown = name + strlen(root);
  uint16_t length = strlen(shown);
  char head[15];
  head[0] = kind;
  memcpy(head + 1, &length, 2);
  memcpy(head + 3, &number, 8);
  memcpy(head + 11, &size, 4);
  pthread_mutex_lock(&lock);
  syscall(SYS_write, log_descriptor, head, sizeof head);
  syscall(SYS_write, log_descriptor, shown, (size_t)length);
  for (uint32_t done = 0; done < size;) {
    long n = syscall(SYS_write, log_descriptor, (const char *)data + done, (size_t)(size - done));
    if (n <= 0) abort();
    done += n;
  }
  pthread_mutex_unlock(&lock);
}

static int opened(int fd, const char *path, int flags) {
  if (fd < 0 || fd >= FILES_MAX || !ours(path)) return fd;
  free(names[fd]);
  names[fd] = strdup(path);
  if (flags & (O_CREAT | O_TRUNC)) {
    struct stat found;
    /* An empty file that could be created or cut: new, as far as the disk is concerned. */
    if (!fstat(fd, &found) && S_ISREG(found.st_mode) && (!found.st_size || flags & O_TRUNC))
      note('C', path, 0, NULL, 0);
  }
  return fd;
}

static int do_open(const char *path, int flags, mode_t mode) {
  char whole[PATH_MAX];
  if (path[0] != '/' && root && getcwd(whole, sizeof whole - strlen(path) - 2))
    strcat(strcat(whole, "/"), path);
  else
    snprintf(whole, sizeof whole, "%s", path);
  if ((flags & O_ACCMODE) != O_RDONLY && fails("open", whole)) return -1;
  return opened(syscall(SYS_openat, AT_FDCWD, path, flags, mode), whole, flags);
}

#define OPEN(function)                                        \
  int function(const char *path, int flags, ...) {            \
    va_list more;                                             \
    va_start(more, flags);                                    \
    mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0; \
    va_end(more);                                             \
    return do_open(path, flags, mode);                        \
  }
OPEN(open)
OPEN(open64)

int close(int fd) {
  if (fd >= 0 && fd < FILES_MAX && names[fd]) {
    free(names[fd]);
    names[fd] = NULL;
  }
  return syscall(SYS_close, fd);
}

ssize_t write(int fd, const void *data, size_t size) {
  const char *name = name_of(fd);
  if (fails("write", name)) return -1;
  ssize_t done = syscall(SYS_write, fd, data, size);
  if (done > 0 && name) note('W', name, lseek(fd, 0, SEEK_CUR) - done, data, done);
  return done;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
  const char *name = name_of(fd);
  if (fails("write", name)) return -1;
  ssize_t done = syscall(SYS_pwrite64, fd, data, size, at);
  if (done > 0 && name) note('W', name, at, data, done);
  return done;
}

ssize_t read(int fd, void *data, size_t size) {
  if (fails("read", name_of(fd))) return -1;
  return syscall(SYS_read, fd, data, size);
}

ssize_t pread(int fd, void *data, size_t size, off_t at) {
  if (fails("read", name_of(fd))) return -1;
  return syscall(SYS_pread64, fd, data, size, at);
}

ssize_t pread64(int fd, void *data, size_t size, off64_t at) { return pread(fd, data, size, at); }

void *mmap(void *where, size_t size, int protection, int flags, int fd, off_t at) {
  if (fd >= 0 && fails("read", name_of(fd))) return MAP_FAILED;
  return (void *)syscall(SYS_mmap, where, size, protection, flags, fd, at);
}

void *mmap64(void *where, size_t size, int protection, int flags, int fd, off64_t at) {
  return mmap(where, size, protection, flags, fd, at);
}

static int synced(int fd, long number) {
  const char *name = name_of(fd);
  if (fails("sync", name)) return -1;
  int result = syscall(number, fd);
  struct stat found;
  if (!result && name && !fstat(fd, &found))
    note(S_ISDIR(found.st_mode) ? 'D' : 'S', name, 0, NULL, 0);
  return result;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

int rename(const char *from, const char *to) {
  if (fails("rename", from)) return -1;
  int result = syscall(SYS_rename, from, to);
  if (!result && ours(to)) note('R', from, 0, to + strlen(root), strlen(to + strlen(root)));
  return result;
}

int unlink(const char *path) {
  int result = syscall(SYS_unlink, path);
  if (!result) note('U', path, 0, NULL, 0);
  return result;
}

int mkdir(const char *path, mode_t mode) {
  int result = syscall(SYS_mkdir, path, mode);
  if (!result) note('M', path, 0, NULL, 0);
  return result;
}

int ftruncate(int fd, off_t size) {
  const char *name = name_of(fd);
  if (fails("truncate", name)) return -1;
  int result = syscall(SYS_ftruncate, fd, size);
  if (!result && name) note('T', name, size, NULL, 0);
  return result;
}

int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }
