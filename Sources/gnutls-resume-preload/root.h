// Noticing that the process has got another root (chroot, pivot_root): what lies there by a path may be anybody's.
#ifndef ROOT_H
#define ROOT_H

int is_other_root(void);

#endif
