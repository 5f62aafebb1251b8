// Noticing that this is a new process, however it was forked: by a page that the kernel wipes in it.
#ifndef GENERATION_H
#define GENERATION_H

// A page that is all zero in each new process, and nobody else's; null if there is none.
_Atomic int *wiped_page(void);
void free_wiped_page(_Atomic int *page);

// Whether it can be noticed from here on.
int begin_generation(void);

// Calls the function once in each new process, at the first call there. Returns 0 while another thread is at it.
int is_noticed_generation(void (*look_around)(void));

#endif
