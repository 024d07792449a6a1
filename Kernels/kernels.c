#include "kernels.h"
#include <string.h>

#pragma clang diagnostic ignored "-Wc23-extensions"

// A text and its terminating zero.
#define TEXT(symbol) static const char symbol[]
TEXT(product_cl) = {
#embed "product.cl" suffix(, )
    0};
TEXT(probe_cl) = {
#embed "probe.cl" suffix(, )
    0};
TEXT(ceilings_cl) = {
#embed "ceilings.cl" suffix(, )
    0};
TEXT(functions_clh) = {
#embed "functions.clh" suffix(, )
    0};
TEXT(builtins_clh) = {
#embed "builtins.clh" suffix(, )
    0};
TEXT(wide_clh) = {
#embed "wide.clh" suffix(, )
    0};
TEXT(activations_clh) = {
#embed "activations.clh" suffix(, )
    0};
TEXT(map_cl) = {
#embed "map.cl" suffix(, )
    0};
TEXT(features_cl) = {
#embed "features.cl" suffix(, )
    0};
TEXT(exact_cl) = {
#embed "exact.cl" suffix(, )
    0};
TEXT(network_table_clh) = {
#embed "network_table.clh" suffix(, )
    0};
TEXT(network_points_clh) = {
#embed "network_points.clh" suffix(, )
    0};
TEXT(network_activations_clh) = {
#embed "network_activations.clh" suffix(, )
    0};
TEXT(network_tile_clh) = {
#embed "network_tile.clh" suffix(, )
    0};
TEXT(network_products_clh) = {
#embed "network_products.clh" suffix(, )
    0};
TEXT(network_jets_clh) = {
#embed "network_jets.clh" suffix(, )
    0};
TEXT(network_cl) = {
#embed "network.cl" suffix(, )
    0};
TEXT(ensemble_points_clh) = {
#embed "ensemble_points.clh" suffix(, )
    0};
TEXT(network_program_clh) = {
#embed "network_program.clh" suffix(, )
    0};
TEXT(descent_cl) = {
#embed "descent.cl" suffix(, )
    0};
TEXT(ensemble_forms_clh) = {
#embed "ensemble_forms.clh" suffix(, )
    0};
TEXT(ensemble_layers_clh) = {
#embed "ensemble_layers.clh" suffix(, )
    0};
TEXT(ensemble_cl) = {
#embed "ensemble.cl" suffix(, )
    0};

#define ENTRY(file, symbol) {file, symbol, sizeof symbol - 1}
const kernels_text kernels_texts[] = {
    ENTRY("product.cl", product_cl),
    ENTRY("probe.cl", probe_cl),
    ENTRY("ceilings.cl", ceilings_cl),
    ENTRY("functions.clh", functions_clh),
    ENTRY("builtins.clh", builtins_clh),
    ENTRY("wide.clh", wide_clh),
    ENTRY("activations.clh", activations_clh),
    ENTRY("map.cl", map_cl),
    ENTRY("features.cl", features_cl),
    ENTRY("exact.cl", exact_cl),
    ENTRY("network_table.clh", network_table_clh),
    ENTRY("network_points.clh", network_points_clh),
    ENTRY("network_activations.clh", network_activations_clh),
    ENTRY("network_tile.clh", network_tile_clh),
    ENTRY("network_products.clh", network_products_clh),
    ENTRY("network_jets.clh", network_jets_clh),
    ENTRY("network_program.clh", network_program_clh),
    ENTRY("network.cl", network_cl),
    ENTRY("descent.cl", descent_cl),
    ENTRY("ensemble_points.clh", ensemble_points_clh),
    ENTRY("ensemble_forms.clh", ensemble_forms_clh),
    ENTRY("ensemble_layers.clh", ensemble_layers_clh),
    ENTRY("ensemble.cl", ensemble_cl),
    {NULL, NULL, 0},
};

const kernels_text *kernels_find(const char *name) {
    for (const kernels_text *t = kernels_texts; t->name; t++)
        if (strcmp(t->name, name) == 0) return t;
    return NULL;
}
