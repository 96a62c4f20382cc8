package dev.berth.inspect;

import java.io.IOException;

/// A connection that was closed first remains a full socket in FIN_WAIT2 for a minute, with its
/// uid, where the kernel otherwise reduces it at once: the acknowledgement of its FIN arrived while
/// close(2) still had the socket. This is chance, once in some ten thousand, and no rule.
///
/// **Source:** `tcp_rcv_state_process`, net/ipv4/tcp_input.c
final class TimeWaitMissedException extends IOException {
    private static final long serialVersionUID = 1;

    TimeWaitMissedException(Object connection) {
        super("closed, but kept as a full socket by the kernel: " + connection);
    }
}
