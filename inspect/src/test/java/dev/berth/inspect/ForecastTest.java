package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.net.SocketDetails;
import dev.berth.net.TcpState;
import dev.berth.sys.Errno;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.BindException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/// Forecasts about sockets that nobody opened.
final class ForecastTest {
    private static final KernelCheck AGREED =
            new KernelCheck("6.18.1", KernelCheck.Agreement.AGREED, true, "");
    private static final BindEnvironment PLAIN =
            new BindEnvironment(
                    new AddressCheck(true, false, false), 0, "", "", port -> port == 83);

    private static BindRequest request(String address) {
        return new BindRequest(
                ListenAddress.parse(address), false, false, false, Optional.empty(), 0);
    }

    private static BindForecast forecast(BindRequest request, PortSocket... sockets) {
        return BindForecast.of(request, PLAIN, List.of(sockets), AGREED);
    }

    private static PortSocket with(PortSocket socket, Boolean reuseaddr, Boolean reuseport) {
        return socket.withOptions(
                new SocketOptions(
                        Optional.ofNullable(reuseaddr),
                        Optional.ofNullable(reuseport),
                        Optional.empty(),
                        OptionalInt.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        ""));
    }

    private static PortSocket listener(String local) {
        return with(SocketRows.listener(local, 7, SocketRows.owner(12)), false, false);
    }

    private static PortSocket timeWait(int millis) {
        SocketDetails details =
                new SocketDetails(
                        OptionalInt.of(millis), OptionalLong.empty(), Optional.empty(), Set.of());
        return with(
                SocketRows.socket(
                        SocketRows.row(
                                Protocol.TCP, TcpState.TIME_WAIT, "127.0.0.1:80", 0, 0, details),
                        Optional.empty()),
                null,
                null);
    }

    @Test
    void emptyPortIsFree() {
        BindForecast forecast = forecast(request("127.0.0.1:80"));
        assertThat(forecast.succeeds()).isTrue();
        assertThat(forecast.certain()).isTrue();
        assertThat(forecast.listenAnswer()).contains("OK");
        assertThat(forecast.because()).isEmpty();
        assertThat(forecast.traffic()).isEmpty();
    }

    @Test
    void listenerInTheWayIsNamedWithItsRuleAndWhatHelps() {
        BindForecast forecast = forecast(request("0.0.0.0:80"), listener("127.0.0.1:80"));
        assertThat(forecast.bind()).contains(Errno.EADDRINUSE);
        assertThat(forecast.listenAnswer()).isEmpty();
        assertThat(forecast.certain()).isTrue();
        assertThat(forecast.because()).extracting(Cause::rule).containsExactly("neither");
        assertThat(forecast.fixes())
                .containsExactly(
                        "set SO_REUSEPORT on both: works, same uid",
                        "berth open 80, and set SO_REUSEPORT on your socket: works without"
                                + " restarting the other process; same uid",
                        "bind 127.0.0.2: works; only clients on this machine that use that address"
                                + " can reach it",
                        "bind port 83: it is free",
                        "stop pid 12 (server)");
    }

    @Test
    void reuseportOnBothIsNotProposedAcrossUids() {
        BindForecast forecast =
                forecast(request("127.0.0.1:80").withUid(1000), listener("127.0.0.1:80"));
        assertThat(forecast.fixes()).noneMatch(fix -> fix.contains("SO_REUSEPORT"));
    }

    @Test
    void refusalWithReuseportIsNeverCertain() {
        BindForecast forecast =
                forecast(request("127.0.0.1:80").withReuseport(true), listener("127.0.0.1:80"));
        assertThat(forecast.succeeds()).isFalse();
        assertThat(forecast.uncertain())
                .singleElement()
                .asString()
                .contains("memory of them cannot be read");
    }

    @Test
    void unreadOptionsMatterOnlyWhereTheyDecide() {
        PortSocket unknown = with(listener("127.0.0.1:80"), null, null);
        assertThat(forecast(request("127.0.0.1:80"), unknown).certain()).isTrue();
        BindForecast shared = forecast(request("127.0.0.1:80").withReuseport(true), unknown);
        assertThat(shared.uncertain()).anyMatch(why -> why.contains("SO_REUSEPORT of the socket"));
        assertThat(shared.because()).extracting(Cause::rule).containsExactly("unknown-options");
        // SO_REUSEADDR never helps against a listener.
        BindForecast reuseaddr = forecast(request("127.0.0.1:80").withReuseaddr(true), unknown);
        assertThat(reuseaddr.certain()).isTrue();
    }

    @Test
    void timeWaitIsWaitedFor() {
        BindForecast forecast = forecast(request("127.0.0.1:80"), timeWait(42_300));
        assertThat(forecast.certain()).isTrue();
        assertThat(forecast.fixes().getFirst()).startsWith("wait 43 s for TIME_WAIT;");
    }

    @Test
    void timeWaitOfAServerIsAssumedToHaveReuseaddrButNotForCertain() {
        BindRequest request = request("127.0.0.1:80").withReuseaddr(true);
        BindForecast forecast = forecast(request, timeWait(1));
        assertThat(forecast.succeeds()).isTrue();
        assertThat(forecast.certain()).isFalse();
    }

    @Test
    void stoppingAServerLeavesItsConnections() {
        PortSocket connection =
                with(
                        SocketRows.socket(
                                SocketRows.row(TcpState.ESTABLISHED, "127.0.0.1:80", 8),
                                Optional.of(false),
                                SocketRows.owner(12)),
                        false,
                        false);
        BindForecast forecast =
                forecast(request("127.0.0.1:80"), listener("127.0.0.1:80"), connection);
        assertThat(forecast.fixes())
                .contains("stop pid 12 (server), then wait up to 60 s for its connections to end");
        PortSocket sharing = with(connection, true, false);
        BindForecast reuseaddr =
                forecast(
                        request("127.0.0.1:80").withReuseaddr(true),
                        listener("127.0.0.1:80"),
                        sharing);
        assertThat(reuseaddr.fixes()).contains("stop pid 12 (server)");
    }

    @Test
    void joiningAGroupReportsTheShare() {
        PortSocket member = with(listener("127.0.0.1:80"), false, true);
        BindForecast forecast =
                forecast(request("127.0.0.1:80").withReuseport(true), member, member, member);
        assertThat(forecast.certain()).isTrue();
        assertThat(forecast.traffic())
                .singleElement()
                .asString()
                .contains("joins 3 sockets")
                .contains("about 1 of 4 new connections");
    }

    @Test
    void moreSpecificAddressTakesOver() {
        PortSocket wide = with(listener("0.0.0.0:80"), false, true);
        BindRequest narrow = request("127.0.0.1:80").withReuseport(true);
        assertThat(forecast(narrow, wide).traffic())
                .containsExactly("taken over from pid 12 (server): connections to 127.0.0.1");
        PortSocket there = with(listener("127.0.0.1:80"), false, true);
        assertThat(forecast(request("0.0.0.0:80").withReuseport(true), there).traffic())
                .containsExactly(
                        "pid 12 (server) keeps the connections to 127.0.0.1, you get the rest");
    }

    @Test
    void lastUdpBinderTakesAll() {
        PortSocket there =
                with(
                        SocketRows.socket(
                                SocketRows.row(
                                        Protocol.UDP,
                                        TcpState.CLOSE,
                                        "127.0.0.1:80",
                                        7,
                                        33,
                                        SocketDetails.NONE),
                                Optional.of(false),
                                SocketRows.owner(12)),
                        true,
                        false);
        BindForecast forecast = forecast(request("udp://127.0.0.1:80").withReuseaddr(true), there);
        assertThat(forecast.succeeds()).isTrue();
        assertThat(forecast.listenAnswer()).isEmpty();
        assertThat(forecast.traffic().getFirst())
                .startsWith("taken over from pid 12 (server): all datagrams");
    }

    @Test
    void halfOpenRequestHoldsNoPort() {
        PortSocket request =
                SocketRows.socket(
                        SocketRows.row(TcpState.SYN_RECV, "127.0.0.1:80", 0), Optional.empty());
        assertThat(forecast(request("127.0.0.1:80"), request).certain()).isTrue();
    }

    @Test
    void nothingIsCertainOnAnUncheckedKernel() {
        KernelCheck unchecked =
                new KernelCheck("6.1.0", KernelCheck.Agreement.NOT_RUN, false, "no unshare");
        BindForecast forecast =
                BindForecast.of(request("127.0.0.1:80"), PLAIN, List.of(), unchecked);
        assertThat(forecast.succeeds()).isTrue();
        assertThat(forecast.uncertain())
                .hasSize(2)
                .anyMatch(why -> why.contains("no unshare"))
                .anyMatch(why -> why.contains("Linux 6.8"));
    }

    @Test
    void privilegedPortIsRefusedBeforeAnySocketCounts() {
        BindEnvironment low =
                new BindEnvironment(
                        new AddressCheck(true, true, false), 0, "assumed", "", _ -> false);
        BindForecast forecast =
                BindForecast.of(
                        request("127.0.0.1:80"), low, List.of(listener("127.0.0.1:80")), AGREED);
        assertThat(forecast.bindAnswer()).isEqualTo("EACCES");
        assertThat(forecast.certain()).isFalse();
        assertThat(forecast.fixes()).as("none would help: the port is taken too").isEmpty();
        BindForecast free = BindForecast.of(request("127.0.0.1:80"), low, List.of(), AGREED);
        assertThat(free.fixes()).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({
        "false, false, not-shared-by-you, yours sets neither",
        "true, false, unknown-options, SO_REUSEADDR does not help while",
        "false, true, unknown-options, whether they can share depends on",
    })
    void nothingIsClaimedAboutOptionsThatCouldNotBeRead(
            boolean reuseaddr, boolean reuseport, String rule, String words) {
        PortSocket unread = SocketRows.listener("127.0.0.1:80", 7);
        BindRequest wanted =
                request("127.0.0.1:80").withReuseaddr(reuseaddr).withReuseport(reuseport);
        BindForecast forecast = forecast(wanted, with(unread, null, null));
        assertThat(forecast.bind()).contains(Errno.EADDRINUSE);
        assertThat(forecast.certain()).isEqualTo(!reuseport);
        Cause cause = forecast.because().getFirst();
        assertThat(cause.rule()).isEqualTo(rule);
        assertThat(cause.sentence()).contains(words).doesNotContain("it sets", "neither sets");
    }

    @Test
    void terminalEscapesOfACommandAreNotPassedOn() {
        Owner rogue =
                new Owner(
                        new OwnerProcess(
                                12,
                                "/bin/x\u001b[31m y",
                                "root",
                                Optional.empty(),
                                Optional.empty()),
                        3);
        PortSocket socket = with(SocketRows.listener("127.0.0.1:80", 7, rogue), false, false);
        BindForecast forecast = forecast(request("127.0.0.1:80"), socket);
        assertThat(forecast.fixes()).contains("stop pid 12 (x?[31m y)");
        assertThat(new BindDiagnosis(new BindException("taken"), forecast).summary())
                .isEqualTo(
                        "tcp://127.0.0.1:80 cannot be bound: pid 12 (x?[31m y) of user root listens"
                                + " on 127.0.0.1:80: the addresses overlap, and neither sets"
                                + " SO_REUSEADDR or SO_REUSEPORT");
    }
}
