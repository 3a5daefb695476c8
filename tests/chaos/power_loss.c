/* A disk that loses its power, as a preloaded library.
 *
 * XINCE_POWER_ROOT names a directory; XINCE_POWER_IMAGE another one on the same machine, which holds
 * at any time what a power cut at that time would leave of the first:
 *
 *   - A file's content is what it was when it was last synced: fsync, fdatasync, or a write to a file
 *     opened with O_DSYNC or O_SYNC. Everything since is lost, ftruncate included.
 *   - The names in a directory are what they were when the directory was last synced. With
 *     XINCE_POWER_NAMES=early, files are named as soon as they are synced, and renames and removals
 *     count at once. A real disk may do either; what is safe must be safe under both.
 *
 * The image keeps one file per inode in `.inodes`, and names are hard links to them. Only what one
 * process does by these calls is seen; memory mappings are not, and must not matter.
 *
 * Kill the process (SIGKILL), then look at the image without `.inodes`.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static char root[PATH_MAX];
static char image[PATH_MAX];
static int early_names;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void die(const char* what) {
  fprintf(stderr, "power_loss: %s: %s\n", what, strerror(errno));
  abort();
}

/* `a` and `b` with a slash between, where `b` may be empty or begin with one. */
static void join(char* out, const char* a, const char* b) {
  const char* slash = b[0] == '\0' || b[0] == '/' ? "" : "/";
  if (snprintf(out, PATH_MAX, "%s%s%s", a, slash, b) >= PATH_MAX) die("path too long");
}

static void load(void);

static void start(void) {
  const char* names = getenv("XINCE_POWER_NAMES");
  const char* root_name = getenv("XINCE_POWER_ROOT");
  const char* image_name = getenv("XINCE_POWER_IMAGE");
  char inodes[PATH_MAX];
  if (root_name == NULL || image_name == NULL) return;
  if (realpath(root_name, root) == NULL) die("XINCE_POWER_ROOT");
  if (realpath(image_name, image) == NULL) die("XINCE_POWER_IMAGE");
  early_names = names != NULL && strcmp(names, "early") == 0;
  join(inodes, image, ".inodes");
  if (mkdir(inodes, 0700) != 0 && errno != EEXIST) die(inodes);
  load();
}

/* Whether `path` is the root or below it; `below` is then the rest, "" or "/...". */
static int is_watched(const char* path, const char** below) {
  size_t size;
  pthread_once(&once, start);
  size = strlen(root);
  if (size == 0 || strncmp(path, root, size) != 0) return 0;
  if (path[size] != '\0' && path[size] != '/') return 0;
  *below = path + size;
  return 1;
}

static int path_of(int fd, char* path) {
  char link[64];
  ssize_t size;
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  size = readlink(link, path, PATH_MAX - 1);
  if (size <= 0) return 0;
  path[size] = '\0';
  return 1;
}

static void inode_path(ino_t inode, char* out) {
  char number[32];
  snprintf(number, sizeof(number), ".inodes/%lu", (unsigned long)inode);
  join(out, image, number);
}

/* Makes the image's file of an inode, empty if it was never synced. */
static void touch_inode(ino_t inode, char* path) {
  int fd;
  inode_path(inode, path);
  fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) die(path);
  close(fd);
}

/* Gives the image's `name` the content of `inode`. */
static void link_name(const char* name, ino_t inode) {
  char target[PATH_MAX];
  struct stat have, want;
  touch_inode(inode, target);
  if (stat(target, &want) != 0) die(target);
  if (stat(name, &have) == 0) {
    if (have.st_ino == want.st_ino) return;
    syscall(SYS_unlinkat, AT_FDCWD, name, 0);
  }
  if (link(target, name) != 0) die(name);
}

/* Copies a file's present content over its image. */
static void sync_content(int fd, const struct stat* info) {
  static char buffer[1 << 16];
  char from[64], to[PATH_MAX];
  off_t offset = 0;
  ssize_t got;
  int in, out;
  snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
  in = open(from, O_RDONLY | O_CLOEXEC);
  touch_inode(info->st_ino, to);
  out = open(to, O_WRONLY | O_CLOEXEC);
  if (in < 0 || out < 0) die(to);
  while ((got = pread(in, buffer, sizeof(buffer), offset)) > 0) {
    if (syscall(SYS_pwrite64, out, buffer, (size_t)got, offset) != got) die(to);
    offset += got;
  }
  if (got < 0 || syscall(SYS_ftruncate, out, offset) != 0) die(to);
  close(in);
  close(out);
}

/* Removes names from the image that the directory no longer has. */
static void drop_names(const char* real, const char* copy) {
  char path[PATH_MAX], name[PATH_MAX];
  struct dirent* item;
  struct stat info;
  DIR* dir = opendir(copy);
  if (dir == NULL) die(copy);
  while ((item = readdir(dir)) != NULL) {
    if (item->d_name[0] == '.') continue;
    join(path, real, item->d_name);
    join(name, copy, item->d_name);
    if (lstat(path, &info) != 0) syscall(SYS_unlinkat, AT_FDCWD, name, 0);
  }
  closedir(dir);
}

/* Makes the image of a directory name what the directory names now. */
static void sync_names(const char* real, const char* below) {
  char copy[PATH_MAX], path[PATH_MAX], name[PATH_MAX];
  struct dirent* item;
  struct stat info;
  DIR* dir = opendir(real);
  if (dir == NULL) die(real);
  join(copy, image, below);
  if (mkdir(copy, 0700) != 0 && errno != EEXIST) die(copy);
  while ((item = readdir(dir)) != NULL) {
    join(path, real, item->d_name);
    join(name, copy, item->d_name);
    if (lstat(path, &info) == 0 && S_ISREG(info.st_mode)) link_name(name, info.st_ino);
  }
  closedir(dir);
  drop_names(real, copy);
}

/* What the root holds when the process starts is on the disk. Its subdirectories are not read. */
static void load(void) {
  char path[PATH_MAX];
  struct dirent* item;
  struct stat info;
  int fd;
  DIR* dir = opendir(root);
  if (dir == NULL) die(root);
  while ((item = readdir(dir)) != NULL) {
    join(path, root, item->d_name);
    if (lstat(path, &info) != 0 || !S_ISREG(info.st_mode)) continue;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) die(path);
    sync_content(fd, &info);
    close(fd);
  }
  closedir(dir);
  sync_names(root, "");
}

/* The directory of `path`, in place. */
static void cut_to_directory(char* path) {
  char* slash = strrchr(path, '/');
  if (slash != NULL && slash != path) *slash = '\0';
}

static void synced(int fd) {
  char path[PATH_MAX];
  const char* below;
  struct stat info;
  const int error = errno;
  if (path_of(fd, path) && is_watched(path, &below) && fstat(fd, &info) == 0) {
    pthread_mutex_lock(&lock);
    if (S_ISDIR(info.st_mode)) {
      sync_names(path, below);
    } else if (S_ISREG(info.st_mode)) {
      sync_content(fd, &info);
      if (early_names && info.st_nlink > 0) {
        cut_to_directory(path);
        if (is_watched(path, &below)) sync_names(path, below);
      }
    }
    pthread_mutex_unlock(&lock);
  }
  errno = error;
}

/* After a name was removed or replaced: forgets an inode that has none left, because its number may
 * be used again. Names in the image still hold its content. */
static void name_changed(const char* path, const struct stat* gone) {
  char resolved[PATH_MAX], directory[PATH_MAX], inode[PATH_MAX];
  const char* below;
  const int error = errno;
  snprintf(directory, sizeof(directory), "%s", path);
  if (strchr(directory, '/') == NULL) {
    snprintf(directory, sizeof(directory), ".");
  } else {
    cut_to_directory(directory);
  }
  if (realpath(directory, resolved) != NULL && is_watched(resolved, &below)) {
    pthread_mutex_lock(&lock);
    if (gone != NULL && S_ISREG(gone->st_mode) && gone->st_nlink == 1) {
      inode_path(gone->st_ino, inode);
      syscall(SYS_unlinkat, AT_FDCWD, inode, 0);
    }
    if (early_names) sync_names(resolved, below);
    pthread_mutex_unlock(&lock);
  }
  errno = error;
}

static void written(int fd) {
  const int error = errno;
  const int flags = fcntl(fd, F_GETFL);
  errno = error;
  if (flags >= 0 && (flags & O_DSYNC) != 0) synced(fd);
}

int fsync(int fd) {
  const int result = (int)syscall(SYS_fsync, fd);
  if (result == 0) synced(fd);
  return result;
}

int fdatasync(int fd) {
  const int result = (int)syscall(SYS_fdatasync, fd);
  if (result == 0) synced(fd);
  return result;
}

ssize_t write(int fd, const void* data, size_t size) {
  const ssize_t result = syscall(SYS_write, fd, data, size);
  if (result > 0) written(fd);
  return result;
}

ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  const ssize_t result = syscall(SYS_pwrite64, fd, data, size, offset);
  if (result > 0) written(fd);
  return result;
}

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) {
  return pwrite(fd, data, size, offset);
}

ssize_t writev(int fd, const struct iovec* parts, int count) {
  const ssize_t result = syscall(SYS_writev, fd, parts, count);
  if (result > 0) written(fd);
  return result;
}

int unlink(const char* path) {
  struct stat gone;
  const int known = lstat(path, &gone) == 0;
  const int result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  if (result == 0) name_changed(path, known ? &gone : NULL);
  return result;
}

int rename(const char* from, const char* to) {
  struct stat gone;
  const int replaced = lstat(to, &gone) == 0;
  const int result = (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
  if (result == 0) {
    name_changed(from, NULL);
    name_changed(to, replaced ? &gone : NULL);
  }
  return result;
}
