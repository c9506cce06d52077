/* The info page: what the plan and the last start say about this partition. No kernel entry. */
#include <string.h>

#include "hyp.h"

const hyp_info_t *hyp_info(void)
{
    return (const hyp_info_t *)HYP_INFO_PAGE;
}

/* Start of a table that the info page names. */
static const void *info_table(struct hyp_table table)
{
    return (const char *)hyp_info() + table.offset;
}

hyp_partition_t hyp_partition(const char *name)
{
    struct hyp_table table = hyp_info()->peers;
    const struct hyp_peer *peers = info_table(table);

    for (uint32_t i = 0; i < table.count; i++)
        if (strncmp(peers[i].name, name, HYP_NAME_SIZE) == 0)
            return (hyp_partition_t)peers[i].id;
    return HYP_INVALID_CONFIG;
}

const char *hyp_partition_name(uint32_t id)
{
    struct hyp_table table = hyp_info()->peers;
    const struct hyp_peer *peers = info_table(table);

    for (uint32_t i = 0; i < table.count; i++)
        if (peers[i].id == id)
            return peers[i].name;
    return "unknown";
}

hyp_port_t hyp_port(const char *name)
{
    struct hyp_table table = hyp_info()->ports;
    const struct hyp_port_entry *ports = info_table(table);

    for (uint32_t i = 0; i < table.count; i++)
        if (strncmp(ports[i].name, name, HYP_NAME_SIZE) == 0)
            return (hyp_port_t)i;
    return HYP_INVALID_CONFIG;
}

hyp_event_t hyp_port_event(hyp_port_t port)
{
    struct hyp_table table = hyp_info()->ports;
    const struct hyp_port_entry *ports = info_table(table);

    return port >= 0 && (uint32_t)port < table.count ? (hyp_event_t)ports[port].event : HYP_INVALID_CONFIG;
}

hyp_event_t hyp_event(const char *name)
{
    struct hyp_table table = hyp_info()->events;
    const struct hyp_event_entry *events = info_table(table);

    for (uint32_t i = 0; i < table.count; i++)
        if (strncmp(events[i].name, name, HYP_NAME_SIZE) == 0)
            return (hyp_event_t)events[i].number;
    return HYP_INVALID_CONFIG;
}

hyp_gate_t hyp_gate(const char *name)
{
    struct hyp_table table = hyp_info()->gates;
    const struct hyp_gate_entry *gates = info_table(table);

    for (uint32_t i = 0; i < table.count; i++)
        if (strncmp(gates[i].name, name, HYP_NAME_SIZE) == 0)
            return (hyp_gate_t)gates[i].number;
    return HYP_INVALID_CONFIG;
}

const hyp_area_t *hyp_area(const char *name)
{
    struct hyp_table table = hyp_info()->areas;
    const hyp_area_t *areas = info_table(table);

    for (uint32_t i = 0; i < table.count; i++)
        if (strncmp(areas[i].name, name, HYP_NAME_SIZE) == 0)
            return &areas[i];
    return NULL;
}
