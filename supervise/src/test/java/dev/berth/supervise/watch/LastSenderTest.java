package dev.berth.supervise.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.Protocol;
import dev.berth.net.SocketDetails;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpInfo;
import dev.berth.net.TcpState;
import dev.berth.sys.SockAddr;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Which side of a connection sent last, and what follows from that.
class LastSenderTest {
    /// @param bytesIn bytes received
    /// @param bytesOut bytes written and acknowledged
    /// @param in milliseconds since data last arrived
    /// @param out milliseconds since data was last sent
    /// @param ack milliseconds since an acknowledgement last arrived
    private record Sight(
            long bytesIn, long bytesOut, int in, int out, int ack, TcpInfo.Segments segments) {
        Sight(long bytesIn, long bytesOut, int in, int out) {
            this(bytesIn, bytesOut, in, out, in, new TcpInfo.Segments(9, 9, 3, 3));
        }

        SocketRow row(int unread, int unsent) {
            TcpInfo info =
                    new TcpInfo(
                            1, 0, 0, out, in, ack, 50, 0, bytesOut - unsent, bytesIn, 0, segments);
            SockAddr.Inet4 address = new SockAddr.Inet4(0x7f000001, 8080);
            return new SocketRow(
                    Protocol.TCP,
                    2,
                    TcpState.ESTABLISHED,
                    address,
                    Optional.of(address),
                    1,
                    7,
                    0,
                    0,
                    unread,
                    unsent,
                    OptionalInt.empty(),
                    Optional.of(info),
                    Optional.empty(),
                    SocketDetails.NONE);
        }
    }

    private static LastSender.ConnectionSample look(
            Sight sight, LastSender.ConnectionSample before) {
        SocketRow row = sight.row(0, 0);
        return LastSender.sample(row, row.info().orElseThrow(), Optional.ofNullable(before));
    }

    private static LastSender word(Sight sight) {
        return look(sight, null).lastSender();
    }

    @ParameterizedTest
    @CsvSource({
        // bytes received and written, ages of the last data in and out; who sent last
        "82, 0, 500, 500, CLIENT",
        "82, 0, 9000, 9000, CLIENT",
        "0, 0, 500, 500, SERVER",
        "0, 40, 900, 500, SERVER",
        "82, 40, 500, 900, CLIENT",
        "82, 40, 900, 500, SERVER",
        "82, 40, 500, 500, OPEN",
    })
    void countersAndAgesDecide(
            long bytesIn, long bytesOut, int in, int out, LastSender lastSender) {
        assertThat(word(new Sight(bytesIn, bytesOut, in, out))).isEqualTo(lastSender);
    }

    @Test
    void changesBetweenTwoSamplesDecideIfTheAgesDoNot() {
        LastSender.ConnectionSample before = look(new Sight(100, 40, 20, 20), null);
        assertThat(look(new Sight(200, 40, 8, 8), before).lastSender())
                .isEqualTo(LastSender.CLIENT);
        assertThat(look(new Sight(100, 90, 8, 8), before).lastSender())
                .isEqualTo(LastSender.SERVER);
        assertThat(look(new Sight(200, 90, 8, 8), before).lastSender()).isEqualTo(LastSender.OPEN);
    }

    @Test
    void aResultHoldsWhileNothingChanges() {
        LastSender.ConnectionSample asked =
                look(new Sight(200, 40, 8, 8), look(new Sight(100, 40, 20, 20), null));
        assertThat(look(new Sight(200, 40, 9008, 9008), asked).lastSender())
                .isEqualTo(LastSender.CLIENT);
    }

    @Test
    void dataAcknowledgedOnlyByDataWasAnswered() {
        LastSender.ConnectionSample before =
                look(new Sight(100, 40, 20, 20, 20, new TcpInfo.Segments(9, 9, 3, 5)), null);
        Sight young = new Sight(200, 90, 100, 100, 100, new TcpInfo.Segments(10, 11, 4, 6));
        Sight old = new Sight(200, 90, 300, 300, 300, new TcpInfo.Segments(10, 11, 4, 6));
        Sight alone = new Sight(200, 90, 300, 300, 300, new TcpInfo.Segments(11, 11, 4, 6));
        assertThat(look(young, before).lastSender()).isEqualTo(LastSender.OPEN);
        assertThat(look(old, look(young, before)).lastSender()).isEqualTo(LastSender.SERVER);
        assertThat(look(alone, look(young, before)).lastSender()).isEqualTo(LastSender.OPEN);
    }

    @ParameterizedTest
    @CsvSource({
        // interactive, age of the last acknowledgement, segments out, data in, data out; who sent
        // last
        "false, 300, 20, 9, 9, CLIENT",
        "false, 260, 20, 9, 9, CLIENT",
        "true, 300, 20, 9, 9, SERVER",
        "true, 300, 20, 12, 6, UNKNOWN",
        "true, 260, 20, 12, 6, SERVER",
        "true, 300, 7, 12, 6, SERVER",
        ", 260, 20, 9, 9, UNKNOWN",
    })
    void theWayOfAcknowledgingDecides(
            Boolean interactive, int ack, int out, int dataIn, int dataOut, LastSender lastSender) {
        var segments = new TcpInfo.Segments(out, 30, dataIn, dataOut);
        TcpInfo info = new Sight(100, 40, 300, 300, ack, segments).row(0, 0).info().orElseThrow();
        assertThat(LastSender.by(Optional.ofNullable(interactive), info)).isEqualTo(lastSender);
    }

    @ParameterizedTest
    @CsvSource({
        // unread, unsent, bytes received and written, ages of data in and out; what is unfinished
        "1, 0, 82, 40, 9000, 8000, 1 connection with a request in progress",
        "0, 1, 82, 40, 9000, 8000, 1 connection with a response in progress",
        "0, 0, 82, 40, 4000, 5000, 1 connection with a request in progress",
        "0, 0, 82, 0, 5000, 5000, 1 connection with a request in progress",
        "0, 0, 82, 40, 9000, 4900, '1 connection whose last response, or part of one, was sent"
                + " within --idle'",
        "0, 0, 82, 40, 9000, 5000, ''",
        "0, 0, 0, 0, 4000, 4000, '1 connection whose last response, or part of one, was sent"
                + " within --idle'",
        "0, 0, 0, 0, 6000, 6000, ''",
    })
    void aConnectionIsWaitedForUntilItIsIdle(
            int unread, int unsent, long bytesIn, long bytesOut, int in, int out, String left)
            throws IOException {
        var tracker = new ConnectionTracker(Duration.ofSeconds(5));
        SocketRow row = new Sight(bytesIn, bytesOut, in, out).row(unread, unsent);
        assertThat(tracker.sample(List.of(row), own -> own, true).text()).isEqualTo(left);
        assertThat(tracker.sample(List.of(row), own -> java.util.Set.of(), true).nothing())
                .isTrue();
    }
}
