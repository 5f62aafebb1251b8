#define _GNU_SOURCE
#include "CBenchmark.h"

#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

static int bring_up_loopback(void) {
  int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (control < 0) return -1;
  struct ifreq request = {.ifr_name = "lo"};
  int result = ioctl(control, SIOCGIFFLAGS, &request);
  request.ifr_flags |= IFF_UP;
  if (result == 0) result = ioctl(control, SIOCSIFFLAGS, &request);
  close(control);
  return result;
}

int cbenchmark_enter_namespaces(void) {
  if (unshare(CLONE_NEWNS | CLONE_NEWNET) != 0) return -1;
  // Else what is mounted here would show outside too.
  if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return -1;
  return bring_up_loopback();
}

int cbenchmark_mount_file(const char *source, const char *target) {
  return mount(source, target, NULL, MS_BIND, NULL);
}

int cbenchmark_mount_memory(const char *folder, unsigned megabytes) {
  char options[64];
  // One inode per ticket: as many as there are pages.
  snprintf(options, sizeof options, "size=%um,nr_inodes=0,mode=0700", megabytes);
  return mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, options);
}

int cbenchmark_unmount(const char *folder) { return umount2(folder, MNT_DETACH); }
