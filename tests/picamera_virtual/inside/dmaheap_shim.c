/* LD_PRELOAD, for tests on kernels without dma-heap and udmabuf: /dev/dma_heap/linux,cma made of memfds. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct allocation { uint64_t length; uint32_t fd, fd_flags; uint64_t heap_flags; };
#define HEAP "/dev/dma_heap/linux,cma"
#define HEAP_ALLOC 0xC0184800ul
static unsigned char is_heap[65536];

static int fake_heap(void) {
	int fd = memfd_create("heap", MFD_CLOEXEC);
	if (fd >= 0 && fd < 65536) is_heap[fd] = 1;
	return fd;
}

#define OPEN(name) int name(const char *path, int flags, ...) { \
	mode_t mode = 0; \
	if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, int); va_end(rest); } \
	if (!strcmp(path, HEAP)) return fake_heap(); \
	static int (*real)(const char *, int, ...); \
	if (!real) real = dlsym(RTLD_NEXT, #name); \
	return real(path, flags, mode); }
OPEN(open)
OPEN(open64)

#define OPENAT(name) int name(int folder, const char *path, int flags, ...) { \
	mode_t mode = 0; \
	if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, int); va_end(rest); } \
	if (!strcmp(path, HEAP)) return fake_heap(); \
	static int (*real)(int, const char *, int, ...); \
	if (!real) real = dlsym(RTLD_NEXT, #name); \
	return real(folder, path, flags, mode); }
OPENAT(openat)
OPENAT(openat64)

int __open_2(const char *path, int flags) { return open(path, flags); }
int __open64_2(const char *path, int flags) { return open64(path, flags); }

int close(int fd) {
	static int (*real)(int);
	if (!real) real = dlsym(RTLD_NEXT, "close");
	if (fd >= 0 && fd < 65536) is_heap[fd] = 0;
	return real(fd);
}

int ioctl(int fd, unsigned long request, ...) {
	va_list rest;
	va_start(rest, request);
	void *argument = va_arg(rest, void *);
	va_end(rest);
	request &= 0xfffffffful;
	if (fd >= 0 && fd < 65536 && is_heap[fd] && request == HEAP_ALLOC) {
		struct allocation *wanted = argument;
		int buffer = memfd_create("buffer", MFD_CLOEXEC);
		if (buffer < 0 || ftruncate(buffer, (wanted->length + 4095) & ~4095ull)) return -1;
		wanted->fd = buffer;
		return 0;
	}
	if (((request >> 8) & 0xff) == 'b' && (request & 0xff) <= 1) return 0;
	static int (*real)(int, unsigned long, ...);
	if (!real) real = dlsym(RTLD_NEXT, "ioctl");
	return real(fd, request, argument);
}
