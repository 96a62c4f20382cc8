package dev.berth.inspect;

import java.io.IOException;

/// A connection that was closed first stays a whole socket in FIN_WAIT2 for a minute, with its uid,
/// where the kernel otherwise makes less of it at once: the acknowledgement of its FIN came while
/// close(2) still had the socket. This is chance, one time in some ten thousand, and no rule.
///
/// **source**: `tcp_rcv_state_process`, net/ipv4/tcp_input.c
final class KeptWholeException extends IOException {
    private static final long serialVersionUID = 1;

    KeptWholeException(Object connection) {
        super("closed, and kept whole by the kernel: " + connection);
    }
}
