/*
 * The info-page services on the host: maps the file that is named first at the info page's address, then answers
 * requests, one a line: `partition NAME`, `area NAME`, `port NAME`, `port-event N`, `event NAME`, `name N`, `cause N`, `result N`,
 * `health N`, `time`, `left`, `args`.
 *
 * The hypercalls that stand behind `time` and `left` reach the host's kernel, which refuses their null pointers:
 * the negative result shows that the kernel was entered.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "hyp.h"

static void answer(const char *request, const char *argument)
{
    if (strcmp(request, "partition") == 0) {
        printf("%" PRId32 "\n", hyp_partition(argument));
    } else if (strcmp(request, "area") == 0) {
        const hyp_area_t *area = hyp_area(argument);

        if (area == NULL)
            printf("none\n");
        else
            printf("%" PRIx64 " %" PRIu64 " %" PRIu32 "\n", area->base, area->size, area->access);
    } else if (strcmp(request, "port") == 0) {
        printf("%" PRId32 "\n", hyp_port(argument));
    } else if (strcmp(request, "port-event") == 0) {
        printf("%" PRId32 "\n", hyp_port_event((hyp_port_t)strtol(argument, NULL, 10)));
    } else if (strcmp(request, "event") == 0) {
        printf("%" PRId32 "\n", hyp_event(argument));
    } else if (strcmp(request, "name") == 0) {
        printf("%s\n", hyp_partition_name((uint32_t)strtoul(argument, NULL, 10)));
    } else if (strcmp(request, "health") == 0) {
        printf("%s\n", hyp_health_event_name((uint32_t)strtoul(argument, NULL, 10)));
    } else if (strcmp(request, "cause") == 0) {
        printf("%s\n", hyp_start_cause_name((uint32_t)strtoul(argument, NULL, 10)));
    } else if (strcmp(request, "result") == 0) {
        printf("%s\n", hyp_result_name(strtoll(argument, NULL, 10)));
    } else if (strcmp(request, "time") == 0) {
        printf("%" PRIu64 "\n", hyp_time());
    } else if (strcmp(request, "left") == 0) {
        printf("%" PRIu64 "\n", hyp_window_left());
    } else if (strcmp(request, "args") == 0) {
        printf("%s|%s\n", hyp_info()->name, hyp_info()->args);
    } else {
        exit(2);
    }
}

int main(int count, char **arguments)
{
    char line[128];
    int file = count == 2 ? open(arguments[1], O_RDONLY) : -1;

    if (file < 0 || mmap((void *)HYP_INFO_PAGE, 0x1000, PROT_READ, MAP_PRIVATE | MAP_FIXED_NOREPLACE, file, 0) == MAP_FAILED)
        return 2;
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *space = strchr(line, ' ');
        if (space != NULL)
            *space = '\0';
        answer(line, space != NULL ? space + 1 : "");
    }
    return 0;
}
