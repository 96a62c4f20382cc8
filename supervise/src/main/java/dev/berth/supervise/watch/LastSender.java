package dev.berth.supervise.watch;

import dev.berth.net.SocketRow;
import dev.berth.net.TcpInfo;

import java.util.Optional;

/// Who spoke last on a connection, as far as that can be determined without reading the data.
///
/// **Certain** in three cases: bytes arrived and none were sent between two checks, or the other
/// way round; nothing was ever sent; or the kernel's clocks differ. The clocks are ticks (1 to 10
/// ms), and a client that keeps its connection often sends its next request within the tick of the
/// response. Then the kernel's acknowledgements decide. Everything is acknowledged after
/// [#ACKNOWLEDGED_MILLIS] at the latest:
///
/// - No bare acknowledgement was sent since the previous data: the last bytes were acknowledged by
///   a response. Certain.
/// - The connection is not "interactive" ([dev.berth.net.AckMode]): a bare acknowledgement was sent
///   because there was no response in time. Certain from Linux 6.7 on.
/// - It is interactive, and the client acknowledged something later than it last sent anything: the
///   response. Or it never sent more segments than it received: each of its requests is one
///   segment, and was answered. A guess, wrong for a request of several segments that arrives
///   within the tick of a response of several.
/// - Otherwise it is unknown, and counts as a request.
enum LastSender {
    /// The client: its request is in progress.
    CLIENT,
    /// The server, or neither side ever sent anything.
    SERVER,
    /// Not known yet: too recent, or the kernel's way of acknowledging must be looked up.
    OPEN,
    /// Not known.
    UNKNOWN;

    /// The longest delay of an acknowledgement is 200 ms.
    static final int ACKNOWLEDGED_MILLIS = 250;

    /// What a check saw of a connection.
    ///
    /// @param received bytes ever received
    /// @param written bytes that the server ever wrote
    /// @param lastSender who had spoken last
    /// @param bare acknowledgements that were ever sent alone
    /// @param bareBefore the same at the last check that had seen fewer bytes received; −1 if there
    ///   was none
    record ConnectionSample(
            long received, long written, LastSender lastSender, int bare, int bareBefore) {
        ConnectionSample with(LastSender found) {
            return new ConnectionSample(received, written, found, bare, bareBefore);
        }
    }

    /// Checks one connection.
    ///
    /// @param before what the previous check saw, if it saw the connection
    static ConnectionSample sample(SocketRow row, TcpInfo info, Optional<ConnectionSample> before) {
        long received = info.bytesReceived();
        long written = info.bytesAcked() + Integer.toUnsignedLong(row.sendQueue());
        int bare = info.segments().bareOut();
        int bareBefore =
                before.map(seen -> seen.received < received ? seen.bare : seen.bareBefore)
                        .orElse(-1);
        LastSender lastSender = plain(info, received, written, before);
        boolean answered = lastSender == OPEN && quiet(info) && bare == bareBefore;
        return new ConnectionSample(
                received, written, answered ? SERVER : lastSender, bare, bareBefore);
    }

    private static LastSender plain(
            TcpInfo info, long received, long written, Optional<ConnectionSample> before) {
        if (received == 0 || written == 0) {
            return received == 0 ? SERVER : CLIENT;
        }
        boolean came = before.filter(seen -> seen.received < received).isPresent();
        boolean went = before.filter(seen -> seen.written < written).isPresent();
        if (came != went) {
            return came ? CLIENT : SERVER;
        }
        if (before.isPresent() && !came && before.get().lastSender != OPEN) {
            return before.get().lastSender;
        }
        int order = Integer.compare(info.lastDataRecvMillis(), info.lastDataSentMillis());
        return order == 0 ? OPEN : order < 0 ? CLIENT : SERVER;
    }

    /// Whether everything that arrived has been acknowledged in one way or another.
    private static boolean quiet(TcpInfo info) {
        return info.lastDataRecvMillis() >= ACKNOWLEDGED_MILLIS;
    }

    /// Whether the kernel's way of acknowledging can show more.
    static boolean asksForMode(ConnectionSample seen, TcpInfo info) {
        return seen.lastSender == OPEN && quiet(info);
    }

    /// The last word of an [#OPEN] connection whose mode was looked up.
    ///
    /// @param interactive empty if it is not known
    static LastSender by(Optional<Boolean> interactive, TcpInfo info) {
        if (interactive.isEmpty()) {
            return UNKNOWN;
        }
        TcpInfo.Segments segments = info.segments();
        boolean single = segments.dataIn() <= segments.dataOut();
        if (!interactive.get()) {
            return CLIENT;
        }
        return segments.bareOut() <= 1 || single || acknowledgedLater(info) ? SERVER : UNKNOWN;
    }

    /// Only if it is not much later: otherwise it may be the reply to a keep-alive probe of the
    /// server.
    private static boolean acknowledgedLater(TcpInfo info) {
        int later = info.lastDataRecvMillis() - info.lastAckRecvMillis();
        return later > 0 && later <= ACKNOWLEDGED_MILLIS + info.roundTripMicros() / 1_000;
    }
}
