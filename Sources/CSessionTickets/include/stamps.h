// Where the times and numbers of a file tell that it is still the same.
#ifndef CSESSIONTICKETS_STAMPS_H
#define CSESSIONTICKETS_STAMPS_H

#include <sys/vfs.h>

// Whether a file system keeps, by itself and for each file, a time of change that nobody can set: only then do a file's
// device, inode, size and times tell. Where nothing is written, there is none: images with fixed times can be exchanged for
// one another without a trace. Of overlayfs it can't be known from here which layer holds the file; of others, who keeps the
// times, or whether a number is used again.
static inline int csessiontickets_stamps_tell(unsigned long type, unsigned long flags) {
  enum { READ_ONLY = 1, VALID = 0x20 };  // ST_RDONLY, and the kernel's word that there are flags (statfs(2))
  if (!(flags & VALID) || flags & READ_ONLY) return 0;
  switch ((unsigned int)type) {  // linux/magic.h; some C libraries extend the sign
    case 0xef53:      // ext2, ext3, ext4
    case 0x58465342:  // xfs
    case 0x9123683e:  // btrfs
    case 0xf2f52010:  // f2fs
    case 0x2fc12fc1:  // zfs
    case 0xca451a4e:  // bcachefs
    case 0x01021994:  // tmpfs
    case 0x858458f6:  // ramfs
    case 0x3153464a:  // jfs
    case 0x3434:      // nilfs2
      return 1;
  }
  return 0;
}

#endif
