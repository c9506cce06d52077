// The bench around the monitor in simulation: its clock, whose period may change, and a log of what the monitor says, clock by clock.
`timescale 1ps/1ps
module bench;
    reg clk = 0, rst = 1;
    reg [7:0] pins = 0;
    reg serial = 1, prover_in = 1;
    integer half = 41667;
    always #(half) clk = ~clk;

    wire host, reset, led_good, led_alarm, prover_out, ready, verdict, frame, good;
    wire [3:0] kind;
    wire [6:0] row;
    wire signed [`TIME_BITS-1:0] deviation;
    wire [2:0] state;
    wire [7:0] tries;
    wire [`SCHEDULE_BITS-1:0] schedule;
    monitor monitor(.clk(clk), .rst(rst), .pins(pins), .serial(serial), .host(host), .reset(reset), .led_good(led_good),
                    .led_alarm(led_alarm), .prover_in(prover_in), .prover_out(prover_out), .ready(ready), .verdict(verdict), .kind(kind),
                    .row(row), .deviation(deviation), .frame(frame), .good(good), .state(state), .tries(tries), .schedule(schedule));

    // A word of the log: what (0 verdict, 1 frame, 2 change of the watchdog's state), its number or row, its value.
    reg [63:0] log [0:65535];
    integer logged = 0;
    reg [2:0] earlier = 0;
    wire signed [31:0] wide = deviation;
    always @(posedge clk) begin
        earlier <= state;
        if (!rst) begin
            if (verdict) begin log[logged] = {8'd0, 4'd0, kind, 8'd0, 1'd0, row, wide}; logged = logged + 1; end
            if (frame) begin log[logged] = {8'd1, 55'd0, good}; logged = logged + 1; end
            if (state != earlier) begin log[logged] = {8'd2, 45'd0, tries, state}; logged = logged + 1; end
        end
    end

    // Bytes on the lines to the host and to the partition that proves itself.
    reg [7:0] host_bytes [0:65535], challenges [0:255];
    integer received = 0, asked = 0, bit_no, ask_no;
    reg [7:0] shift, ask_shift;
    always begin
        @(negedge host);
        while (rst) @(negedge host);    // before the reset nothing is meant
        repeat (`DIVISOR / 2) @(posedge clk);
        for (bit_no = 0; bit_no < 8; bit_no = bit_no + 1) begin
            repeat (`DIVISOR) @(posedge clk);
            shift = {host, shift[7:1]};
        end
        repeat (`DIVISOR) @(posedge clk);
        if (host) begin host_bytes[received] = shift; received = received + 1; end
    end
    always begin
        @(negedge prover_out);
        while (rst) @(negedge prover_out);
        repeat (`PROOF_DIVISOR / 2) @(posedge clk);
        for (ask_no = 0; ask_no < 8; ask_no = ask_no + 1) begin
            repeat (`PROOF_DIVISOR) @(posedge clk);
            ask_shift = {prover_out, ask_shift[7:1]};
        end
        repeat (`PROOF_DIVISOR) @(posedge clk);
        challenges[asked] = ask_shift;
        asked = asked + 1;
    end
endmodule
