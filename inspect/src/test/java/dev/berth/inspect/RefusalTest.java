package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.berth.net.ListenAddress;
import dev.berth.sys.Capability;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Seccomp;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresCapability;
import dev.berth.testkit.RequiresKernel;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Binds that are refused before, or independently of, any other socket: the forecast, another
/// process's attempt, and the answers written here must agree.
@ExtendWith(LeakCheck.class)
@RequiresCapability({
    Capability.SYS_ADMIN,
    Capability.NET_ADMIN,
    Capability.SETUID,
    Capability.SYS_PTRACE
})
@RequiresProgram({"python3", "ip"})
final class RefusalTest {
    private static final KernelCheck AGREED =
            new KernelCheck("6.18", KernelCheck.Agreement.AGREED, true, "");

    /// uid, address, options, answer. Ports 81 and 8081 are taken by root.
    private static final List<String> CASES =
            List.of(
                    "0    tcp://127.0.0.1:80                -      OK OK",
                    "1000 tcp://127.0.0.1:80                -      EACCES",
                    "1000 udp://127.0.0.1:80                -      EACCES",
                    "1000 tcp://[::1]:80                    -      EACCES",
                    "1000 tcp://10.9.8.7:80                 -      EADDRNOTAVAIL",
                    "1000 tcp://[2001:db8::1]:80            -      EACCES",
                    "0    tcp://[2001:db8::1]:80            -      EADDRNOTAVAIL",
                    "1000 tcp://[::ffff:127.0.0.1]:80       v6only EACCES",
                    "0    tcp://[::ffff:127.0.0.1]:80       v6only EINVAL",
                    "0    tcp://[::ffff:10.9.8.7]:80        v6only EINVAL",
                    "0    tcp://[::ffff:10.9.8.7]:80        -      EADDRNOTAVAIL",
                    "0    tcp://[fe80::1]:80                -      EINVAL",
                    "1000 tcp://[fe80::1]:80                -      EACCES",
                    "0    tcp://[fe80::1%999]:80            -      ENODEV",
                    "0    tcp://[fe80::1%999]:80            lo     ENODEV",
                    "1000 tcp://[fe80::1%999]:80            -      EACCES",
                    "0    tcp://[fe80::1%1]:80              -      EADDRNOTAVAIL",
                    "0    udp://[ff02::1%999]:80            -      ENODEV",
                    "0    udp://[ff02::1%1]:80              -      OK",
                    "1000 tcp://[ff02::1]:80                -      EINVAL",
                    "0    udp://[ff02::1]:80                -      EINVAL",
                    "0    udp://[ff0e::1]:80                -      OK",
                    "1000 udp://[ff0e::1]:80                -      EACCES",
                    "0    tcp://[::1]:80                    dum0   EADDRNOTAVAIL",
                    "0    tcp://127.0.0.1:80                dum0   OK OK",
                    "0    tcp://[fd00::1]:80                lo     OK OK",
                    "0    tcp://0.1.2.3:80                  -      EADDRNOTAVAIL",
                    "0    tcp://224.0.0.5:80                -      OK OK",
                    "0    tcp://255.255.255.255:80          -      OK OK",
                    "0    tcp://10.1.0.255:80               -      OK OK",
                    "0    tcp://127.9.9.9:80                -      OK OK",
                    "1000 tcp://127.0.0.1:81                -      EACCES",
                    "0    tcp://127.0.0.1:81                -      EADDRINUSE",
                    "0    tcp://10.9.8.7:8081               -      EADDRNOTAVAIL",
                    "0    tcp://[2001:db8::1]:8081          -      EADDRNOTAVAIL",
                    "0    tcp://[::ffff:127.0.0.1]:8081     v6only EINVAL",
                    "1000 tcp://10.1.0.1:8081               -      EADDRINUSE");

    private static Attempt attempt(String[] words) {
        BindRequest request =
                new BindRequest(
                        ListenAddress.parse(words[1]),
                        false,
                        false,
                        words[2].equals("v6only"),
                        words[2].matches("dum0|lo") ? Optional.of(words[2]) : Optional.empty(),
                        Integer.parseInt(words[0]));
        return new Attempt(request);
    }

    /// The forecast and the attempt must both give `answer`.
    private static void check(SocketPrograms programs, String line) throws Exception {
        String[] words = line.split(" +", 4);
        Attempt attempt = attempt(words);
        BindForecast forecast = BindForecast.of(attempt.request(), AGREED);
        assertThat(Attempt.told(forecast)).as("forecast of " + line).isEqualTo(words[3]);
        assertThat(programs.attempt(attempt)).as("attempt of " + line).isEqualTo(words[3]);
    }

    @Test
    void errnosComeInTheKernelsOrder() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        try (SocketPrograms programs = SocketPrograms.open();
                                SocketProgram holder = SocketProgram.start(0)) {
                            for (int port : new int[] {81, 8081}) {
                                holder.tell("open('a%d', 1, 4, 0, 0, 0, '')", port);
                                holder.tell("bind('a%d', '0.0.0.0', %d)", port, port);
                            }
                            for (String line : CASES) {
                                check(programs, line);
                            }
                        }
                    });
        }
    }

    @Test
    void settingsOfTheNamespaceCount() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        try (SocketPrograms programs = SocketPrograms.open()) {
                            set("ipv4/ip_unprivileged_port_start", 80);
                            set("ipv4/ip_nonlocal_bind", 1);
                            set("ipv6/ip_nonlocal_bind", 1);
                            check(programs, "1000 tcp://127.0.0.1:80 - OK OK");
                            check(programs, "1000 udp://[::1]:79 - EACCES");
                            check(programs, "1000 tcp://10.9.8.7:80 - OK OK");
                            check(programs, "0 tcp://[2001:db8::1]:8080 - OK OK");
                        }
                    });
        }
    }

    private static void set(String name, int value) throws Exception {
        Files.writeString(Path.of("/proc/sys/net", name), Integer.toString(value));
    }

    /// Only the confined process sees Landlock: a forecast for another process follows the rules
    /// alone. Landlock judges port 0 like any other port, which is how the confined process notices
    /// it.
    @Test
    @RequiresKernel(value = "6.7", feature = "Landlock for TCP ports")
    void landlockOfAnotherProcessIsNotSeen() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        try (SocketProgram confined = SocketProgram.start(0)) {
                            String able = confined.tell("landlock(8080)");
                            assumeFalse(able.equals("EOPNOTSUPP"), "Landlock is not in lsm=");
                            assertThat(able).isEqualTo("OK");
                            Attempt other = attempt("0 tcp://127.0.0.1:8081 -".split(" "));
                            assertThat(BindForecast.of(other.request(), AGREED).succeeds())
                                    .isTrue();
                            assertThat(other.make(confined)).isEqualTo("EACCES");
                            assertThat(
                                            attempt("0 udp://127.0.0.1:8081 -".split(" "))
                                                    .make(confined))
                                    .isEqualTo("OK");
                            assertThat(
                                            attempt("0 tcp://127.0.0.1:8080 -".split(" "))
                                                    .make(confined))
                                    .isEqualTo("OK OK");
                            assertThat(attempt("0 tcp://0.0.0.0:0 -".split(" ")).make(confined))
                                    .isEqualTo("EACCES");
                        }
                    });
        }
    }

    @Test
    void processThatIsForbiddenToBindIsNeverCertain() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        try (ExecutorService confined = Executors.newSingleThreadExecutor()) {
                            confined.submit(RefusalTest::forbidBind).get();
                            BindRequest request =
                                    BindRequest.of(ListenAddress.parse("tcp://127.0.0.1:8080"));
                            BindForecast forecast =
                                    confined.submit(() -> BindForecast.of(request, AGREED)).get();
                            assertThat(forecast.uncertain())
                                    .singleElement()
                                    .asString()
                                    .contains("Landlock");
                            KernelCheck check =
                                    confined.submit(
                                                    () ->
                                                            KernelCheck.replay(
                                                                    "6.18",
                                                                    new SplittableRandom(1)))
                                            .get();
                            assertThat(check.verdict()).isEqualTo(KernelCheck.Agreement.NOT_RUN);
                        }
                    });
        }
    }

    /// Makes bind(2) return EACCES for the calling thread and those that it starts.
    private static boolean forbidBind() throws ErrnoException {
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        long[] filter = {
            0x20, // A = number of the call
            0x15 | 1L << 24 | (arm ? 200L : 49L) << 32, // not bind(2): skip one
            0x06 | (0x50000L | 13) << 32, // EACCES
            0x06 | 0x7fff0000L << 32, // allow
        };
        ErrnoException.check("seccomp", "bind", Seccomp.install(filter));
        return true;
    }
}
