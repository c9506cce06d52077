/* The console's 16550: initialised fully, written by one core, paced by the declared baud rate. */
#ifndef UART_H
#define UART_H

#include <stdint.h>

void uart_init(uint32_t port, uint32_t divisor, uint32_t fifo);
void uart_write(char byte);         /* waits for the line, for at most a fixed number of polls */
int uart_ready(void);               /* nonzero: uart_give may be called */
void uart_give(char byte);

#endif
