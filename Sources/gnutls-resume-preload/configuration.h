#ifndef CONFIGURATION_H
#define CONFIGURATION_H

#include "../CSessionTickets/include/configuration_note.h"

// Not taken where this library keeps out.
const struct configuration_note *noted_configuration(void);

#endif
