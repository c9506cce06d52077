/*
 * A doctor: reads the health log, each record once, and says what happened to whom.
 *
 * In the plan: the grant `health_log: read`.
 */
#include <hyp.h>

#define RECORDS 4

static const char *action_name(uint32_t action)
{
    switch (action) {
    case HYP_ACTION_LOG: return "logged";
    case HYP_ACTION_HALT: return "halted";
    case HYP_ACTION_WARM_RESTART: return "restarted warm";
    case HYP_ACTION_COLD_RESTART: return "restarted cold";
    default: return "dealt with";
    }
}

void partition_main(void)
{
    static hyp_health_record_t records[RECORDS];
    int halted = 0;

    hyp_mode_set(HYP_MODE_NORMAL);
    while (!halted) {
        hyp_result_t count = hyp_health_read(records, RECORDS);

        for (hyp_result_t i = 0; i < count; i++) {
            const hyp_health_record_t *record = &records[i];

            hyp_printf("%llu: %s had %s, code %u, and was %s\n", (unsigned long long)record->sequence,
                       hyp_partition_name(record->partition), hyp_health_event_name(record->event), (unsigned)record->code,
                       action_name(record->action));
            halted |= record->action == HYP_ACTION_HALT;
        }
        hyp_yield();
    }
    hyp_verdict(1, "saw the limit take effect");
}
