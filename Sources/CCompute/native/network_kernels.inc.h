// Everything of a network for one instruction set and precision. The including file defines F64, VECTOR_BYTES, ISA_REGISTERS
// and KERNELS, the name of its table.
#include "clshim.h"
#include "../../../Kernels/functions.clh"
#pragma STDC FP_CONTRACT ON   // from here on a product and its sum are one operation where the processor has it

#include "network_products.inc.h"
#include "network_activations.inc.h"
#include "network_jets.inc.h"
#include "program.inc.h"
#include "network_residual.inc.h"
#include "network_block.inc.h"
#include "network_series.inc.h"
#include "program_series.inc.h"
#include "network_tangent.inc.h"
#include "network_update.inc.h"

const net_kernels KERNELS = {
    .vector = VW, .pack = pack, .chunk = chunk, .add = add, .unpack = unpack, .work = work_elements, .jacobian = jacobian,
    .tangent_work = tangent_elements, .tangent_chunk = tangent_chunk, .pack_tangent = pack_tangent, .finite = all_finite, .update = update, .advance = advance,
};
