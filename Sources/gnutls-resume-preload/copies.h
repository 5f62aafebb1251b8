// More than one GnuTLS in a process: plug-ins may bring their own. The one's objects aren't the other's, so that who calls
// decides where a call goes, and nothing is offered or kept.
#ifndef COPIES_H
#define COPIES_H

// To be called before something is made that belongs to one GnuTLS, or is changed that is its own.
// Returns how many there are, or 0 if it needn't look.
int look_for_copies(void);

int has_several_copies(void);

#endif
