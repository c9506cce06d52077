/* Sampling and queuing ports. A call that a window's end cuts goes on by itself in the next window. */
#include "hyp.h"
#include "hypercall.h"

hyp_result_t hyp_sampling_write(hyp_port_t port, const void *message, size_t length)
{
    return hypercall(HYP_CALL_SAMPLING_WRITE, (uint32_t)port, (uintptr_t)message, length);
}

hyp_result_t hyp_sampling_read(hyp_port_t port, void *buffer, size_t size, hyp_sampling_status_t *status)
{
    return hypercall4(HYP_CALL_SAMPLING_READ, (uint32_t)port, (uintptr_t)buffer, size, (uintptr_t)status);
}

hyp_result_t hyp_sampling_status(hyp_port_t port, hyp_sampling_status_t *status)
{
    return hypercall(HYP_CALL_SAMPLING_STATUS, (uint32_t)port, (uintptr_t)status, 0);
}

hyp_result_t hyp_queuing_send(hyp_port_t port, const void *message, size_t length, hyp_time_t timeout)
{
    return hypercall4(HYP_CALL_QUEUING_SEND, (uint32_t)port, (uintptr_t)message, length, timeout);
}

hyp_result_t hyp_queuing_receive(hyp_port_t port, void *buffer, size_t size, hyp_time_t timeout)
{
    return hypercall4(HYP_CALL_QUEUING_RECEIVE, (uint32_t)port, (uintptr_t)buffer, size, timeout);
}

hyp_result_t hyp_queuing_status(hyp_port_t port, hyp_queuing_status_t *status)
{
    return hypercall(HYP_CALL_QUEUING_STATUS, (uint32_t)port, (uintptr_t)status, 0);
}

hyp_result_t hyp_queuing_clear(hyp_port_t port)
{
    return hypercall(HYP_CALL_QUEUING_CLEAR, (uint32_t)port, 0, 0);
}
