// A TUN interface that gives back each packet after a while, with its addresses exchanged: what a client sends to the
// far address comes back as if from there, and for 127.0.0.1. Kernels without netem can do that too.
#define _GNU_SOURCE
#include "CBenchmark.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NEAR_ADDRESS "10.77.0.1"
#define LOOPBACK "127.0.0.1"
#define SLOTS 1024  // Packets on their way; further ones are lost, as on a real link.

struct packet {
  uint64_t due;
  ssize_t count;
  unsigned char bytes[2048];
};

struct link {
  int descriptor;
  uint64_t delay;
  unsigned first, used;
  struct packet packets[SLOTS];
};

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

// Adjusts a checksum to an address that changes (RFC 1624, equation 3).
static void adjust(uint16_t *checksum, uint32_t from, uint32_t to) {
  uint32_t sum = (uint16_t)~*checksum;
  sum += (uint16_t)~from + (uint32_t)(uint16_t)~(from >> 16) + (uint16_t)to + (to >> 16);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  *checksum = (uint16_t)~sum;
}

static void set_address(struct packet *packet, uint32_t *address, const char *text) {
  struct iphdr *ip = (struct iphdr *)packet->bytes;
  struct tcphdr *tcp = (struct tcphdr *)(packet->bytes + ip->ihl * 4);
  uint32_t to = inet_addr(text);
  adjust(&ip->check, *address, to);
  adjust(&tcp->check, *address, to);
  *address = to;
}

// Near to far becomes far to loopback, and loopback to far becomes far to near. Returns whether it is either.
static int turn(struct packet *packet) {
  struct iphdr *ip = (struct iphdr *)packet->bytes;
  if (packet->count < (ssize_t)(sizeof *ip + sizeof(struct tcphdr)) || ip->version != 4 || ip->protocol != IPPROTO_TCP)
    return 0;
  int from_server = ip->saddr == inet_addr(LOOPBACK);
  if (ip->daddr != inet_addr(CBENCHMARK_FAR_ADDRESS)) return 0;
  set_address(packet, &ip->saddr, CBENCHMARK_FAR_ADDRESS);
  set_address(packet, &ip->daddr, from_server ? NEAR_ADDRESS : LOOPBACK);
  return 1;
}

static void receive(struct link *link) {
  struct packet lost, *packet = link->used < SLOTS ? &link->packets[(link->first + link->used) % SLOTS] : &lost;
  packet->count = read(link->descriptor, packet->bytes, sizeof packet->bytes);
  packet->due = now() + link->delay;
  if (packet != &lost && turn(packet)) link->used++;
}

static void *run(void *argument) {
  struct link *link = argument;
  for (;;) {
    struct timespec wait = {0, 0};
    if (link->used) {
      struct packet *packet = &link->packets[link->first];
      uint64_t time = now();
      if (packet->due <= time) {
        ssize_t ignored = write(link->descriptor, packet->bytes, (size_t)packet->count);
        (void)ignored;
        link->first = (link->first + 1) % SLOTS;
        link->used--;
        continue;
      }
      wait.tv_sec = (time_t)((packet->due - time) / 1000000000);
      wait.tv_nsec = (long)((packet->due - time) % 1000000000);
    }
    struct pollfd entry = {.fd = link->descriptor, .events = POLLIN};
    if (ppoll(&entry, 1, link->used ? &wait : NULL, NULL) > 0) receive(link);
  }
  return NULL;
}

static int set_up_interface(const char *name) {
  int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (control < 0) return -1;
  struct ifreq request = {0};
  snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
  struct sockaddr_in *address = (struct sockaddr_in *)&request.ifr_addr;
  *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = inet_addr(NEAR_ADDRESS)};
  int result = ioctl(control, SIOCSIFADDR, &request);
  address->sin_addr.s_addr = inet_addr("255.255.255.0");
  if (result == 0) result = ioctl(control, SIOCSIFNETMASK, &request);
  if (result == 0) result = ioctl(control, SIOCGIFFLAGS, &request);
  request.ifr_flags |= IFF_UP;
  if (result == 0) result = ioctl(control, SIOCSIFFLAGS, &request);
  close(control);
  return result;
}

// Lets packets for and from 127.0.0.1 pass the interface (Linux, ip-sysctl: route_localnet).
static int allow_loopback_addresses(const char *name) {
  char path[96];
  snprintf(path, sizeof path, "/proc/sys/net/ipv4/conf/%s/route_localnet", name);
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return -1;
  int result = write(file, "1", 1) == 1 ? 0 : -1;
  close(file);
  return result;
}

int cbenchmark_start_delayed_link(unsigned microseconds) {
  struct link *link = calloc(1, sizeof *link);
  if (!link) return -1;
  link->delay = (uint64_t)microseconds * 1000;
  link->descriptor = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
  struct ifreq request = {.ifr_name = "delayed", .ifr_flags = IFF_TUN | IFF_NO_PI};
  pthread_t thread;
  if (link->descriptor >= 0 && ioctl(link->descriptor, TUNSETIFF, &request) == 0 &&
      allow_loopback_addresses(request.ifr_name) == 0 && set_up_interface(request.ifr_name) == 0) {
    int code = pthread_create(&thread, NULL, run, link);
    if (code == 0) return pthread_detach(thread), 0;
    errno = code;
  }
  int code = errno;
  if (link->descriptor >= 0) close(link->descriptor);
  free(link);
  errno = code;
  return -1;
}
