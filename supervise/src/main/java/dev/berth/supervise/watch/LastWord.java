package dev.berth.supervise.watch;

import dev.berth.net.SocketRow;
import dev.berth.net.TcpInfo;

import java.util.Optional;

/// Who spoke last on a connection, as far as that can be told without reading what was said.
///
/// **Certain** where bytes were seen to come and none to go between two looks, or the other way
/// round; where nothing was ever sent; and where the kernel's clocks differ. The clocks are ticks
/// (1 to 10 ms), and a client that keeps its connection often asks again in the tick of the answer:
/// what then tells is how the kernel acknowledged. Everything is acknowledged after
/// [#ACKNOWLEDGED_MILLIS] at the latest:
///
/// - No acknowledgement went out alone since what came before: the last bytes were acknowledged by
///   an answer. Certain.
/// - The connection is not "interactive" ([dev.berth.net.AckMode]): an acknowledgement went out
///   alone because there was no answer in time. Certain from Linux 6.7 on.
/// - It is, and the client acknowledged something later than it sent anything: the answer. Or it
///   never sent more segments than it got: each of its requests is one segment, and was answered. A
///   guess, wrong for a request of several segments that comes within the tick of an answer of
///   several.
/// - Else nobody knows, and it counts as a request.
enum LastWord {
    /// The client: its request is in work.
    CLIENT,
    /// The server, or nobody ever said anything.
    SERVER,
    /// Not to be told yet: too young, or the kernel's way of acknowledging has to be looked up.
    OPEN,
    /// Not to be told.
    UNKNOWN;

    /// The longest delay of an acknowledgement is 200 ms.
    static final int ACKNOWLEDGED_MILLIS = 250;

    /// What a look saw of a connection.
    ///
    /// @param received bytes ever received
    /// @param written bytes that the server ever wrote
    /// @param word who had spoken last
    /// @param bare acknowledgements that ever went out alone
    /// @param bareBefore the same at the last look that had seen fewer bytes received; −1 if none
    ///   had
    record Seen(long received, long written, LastWord word, int bare, int bareBefore) {
        Seen with(LastWord found) {
            return new Seen(received, written, found, bare, bareBefore);
        }
    }

    /// @param before what the look before saw, if it saw the connection
    static Seen look(SocketRow row, TcpInfo info, Optional<Seen> before) {
        long received = info.bytesReceived();
        long written = info.bytesAcked() + Integer.toUnsignedLong(row.sendQueue());
        int bare = info.segments().bareOut();
        int bareBefore =
                before.map(seen -> seen.received < received ? seen.bare : seen.bareBefore)
                        .orElse(-1);
        LastWord word = plain(info, received, written, before);
        boolean answered = word == OPEN && quiet(info) && bare == bareBefore;
        return new Seen(received, written, answered ? SERVER : word, bare, bareBefore);
    }

    private static LastWord plain(
            TcpInfo info, long received, long written, Optional<Seen> before) {
        if (received == 0 || written == 0) {
            return received == 0 ? SERVER : CLIENT;
        }
        boolean came = before.filter(seen -> seen.received < received).isPresent();
        boolean went = before.filter(seen -> seen.written < written).isPresent();
        if (came != went) {
            return came ? CLIENT : SERVER;
        }
        if (before.isPresent() && !came && before.get().word != OPEN) {
            return before.get().word;
        }
        int order = Integer.compare(info.lastDataRecvMillis(), info.lastDataSentMillis());
        return order == 0 ? OPEN : order < 0 ? CLIENT : SERVER;
    }

    /// Whether all that came has been acknowledged one way or another.
    private static boolean quiet(TcpInfo info) {
        return info.lastDataRecvMillis() >= ACKNOWLEDGED_MILLIS;
    }

    /// Whether how the kernel acknowledges can tell more.
    static boolean asksForMode(Seen seen, TcpInfo info) {
        return seen.word == OPEN && quiet(info);
    }

    /// The word of an [#OPEN] connection whose mode was looked up.
    ///
    /// @param interactive empty where it is not known
    static LastWord by(Optional<Boolean> interactive, TcpInfo info) {
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

    /// Not much later, or it may be the answer to a keep-alive probe of the server.
    private static boolean acknowledgedLater(TcpInfo info) {
        int later = info.lastDataRecvMillis() - info.lastAckRecvMillis();
        return later > 0 && later <= ACKNOWLEDGED_MILLIS + info.roundTripMicros() / 1_000;
    }
}
