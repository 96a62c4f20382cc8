package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.DiagQuery;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.TcpState;
import dev.berth.sys.Capability;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Processes;
import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.OtherUser;
import dev.berth.testkit.RequiresCapability;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.SeededRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Forecasts about sockets held by other programs of two users, made by root and by a user who
/// cannot inspect root's processes; then the attempt itself, by another process.
///
/// `-Dberth.situations=5000` generates more situations.
@ExtendWith(LeakCheck.class)
@RequiresCapability({
    Capability.SYS_ADMIN,
    Capability.NET_ADMIN,
    Capability.SETUID,
    Capability.SYS_PTRACE
})
@RequiresProgram({"python3", "ip"})
final class ForeignProgramsTest {
    private static final int SITUATIONS = Integer.getInteger("berth.situations", 200);
    private static final int ATTEMPTS = 2;
    private static final int FIRST_PORT = 2000;
    private static final int FIRST_LOW_PORT = 100;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    /// States that a packet in flight will change.
    private static final Set<TcpState> PASSING =
            EnumSet.of(
                    TcpState.FIN_WAIT1,
                    TcpState.LAST_ACK,
                    TcpState.CLOSING,
                    TcpState.SYN_RECV,
                    TcpState.NEW_SYN_RECV);

    private final ForecastTally root = new ForecastTally("asked by root");
    private final ForecastTally user = new ForecastTally("asked by a user");
    private int fixesTried;

    @Test
    void attemptMatchesTheForecast() throws Exception {
        SeededRandom random = SeededRandom.create("foreign programs");
        KernelCheck kernel = KernelCheck.replay("6.18", new SplittableRandom(random.nextLong()));
        assertThat(kernel.doubt()).isEmpty();
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        try (SocketPrograms programs = SocketPrograms.open();
                                ExecutorService ordinary = ordinaryUser()) {
                            for (int i = 0; i < SITUATIONS; i++) {
                                situation(random, programs, ordinary, kernel, i);
                            }
                        }
                    });
        }
        System.out.println(fixesTried + " fixes tried; " + root + System.lineSeparator() + user);
        root.assertTruthful();
        user.assertTruthful();
        assertThat(root.situations()).isGreaterThanOrEqualTo(Math.min(SITUATIONS, 200));
        assertThat(root.certain()).isGreaterThan(root.attempts() / 2);
        assertThat(fixesTried).isGreaterThan(root.refused() / 4);
        assertThat(root.refused()).isGreaterThan(root.attempts() / 4);
    }

    /// A thread inside the namespace, with a uid without any capability.
    private static ExecutorService ordinaryUser() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        thread.submit(
                        () -> {
                            ErrnoException.check("setgroups", "", Processes.setgroups(new int[0]));
                            OtherUser.become(SocketPrograms.OTHER_UID);
                            return true;
                        })
                .get();
        return thread;
    }

    private void situation(
            SeededRandom random,
            SocketPrograms programs,
            ExecutorService ordinary,
            KernelCheck kernel,
            int number)
            throws Exception {
        Protocol protocol = number % 3 == 2 ? Protocol.UDP : Protocol.TCP;
        int port = port(random, programs, protocol, number);
        int older = 1 + random.nextInt(3);
        for (int i = 0; i < older; i++) {
            programs.hold(random, protocol, port, "s" + i);
        }
        settle(port);
        root.situation();
        List<PortSocket> sockets = sockets(protocol, port);
        boolean asked = number % 4 == 0;
        if (asked) {
            user.situation();
        }
        List<PortSocket> visible =
                asked ? ordinary.submit(() -> sockets(protocol, port)).get() : sockets;
        for (int i = 0; i < ATTEMPTS; i++) {
            Attempt attempt = Attempt.random(random, protocol, port, true);
            BindForecast forecast = forecast(attempt, sockets, kernel);
            BindForecast guess =
                    asked
                            ? ordinary.submit(() -> forecast(attempt, visible, kernel)).get()
                            : forecast;
            String real = programs.attempt(attempt);
            root.add(forecast, real, programs.told());
            if (i == 0) {
                fixes(forecast, programs);
            }
            if (asked) {
                user.add(guess, real, programs.told());
            }
        }
        programs.reset();
    }

    /// Sometimes a port that the kernel assigned to a client, or one below 1024.
    private static int port(
            SeededRandom random, SocketPrograms programs, Protocol protocol, int number)
            throws IOException {
        int dice = random.nextInt(12);
        if (dice == 0 && protocol == Protocol.TCP) {
            return programs.ephemeral(random, "e");
        }
        return dice == 1 ? FIRST_LOW_PORT + number % 800 : FIRST_PORT + number;
    }

    private static List<PortSocket> sockets(Protocol protocol, int port) throws IOException {
        return PortReport.of(PortQuery.port(port).withProtocol(protocol)).sockets();
    }

    private static BindForecast forecast(
            Attempt attempt, List<PortSocket> sockets, KernelCheck kernel) throws IOException {
        BindRequest request = attempt.request();
        return BindForecast.of(request, BindEnvironment.read(request), sockets, kernel);
    }

    /// Each fix that its user can apply alone must work.
    private void fixes(BindForecast forecast, SocketPrograms programs) throws IOException {
        for (String fix : forecast.fixes()) {
            Optional<Attempt> fixed = TriedFix.of(fix, forecast.request());
            if (fixed.isPresent()) {
                fixesTried++;
                assertThat(programs.attempt(fixed.get()))
                        .as("%s: %s at %s", fix, forecast, programs.told())
                        .doesNotContain("E");
            }
        }
    }

    private static void settle(int port) {
        Await.until(
                LIMIT,
                () -> rows(port).stream().noneMatch(PASSING::contains),
                () -> "still in transit: " + rows(port));
    }

    private static List<TcpState> rows(int port) {
        try (SockDiag diag = SockDiag.open()) {
            return diag.dump(DiagQuery.all(Protocol.TCP).withLocalPort(port)).stream()
                    .map(row -> row.state())
                    .toList();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
