#include "compute.h"
int32_t cc_device_count(void) { return 0; }
