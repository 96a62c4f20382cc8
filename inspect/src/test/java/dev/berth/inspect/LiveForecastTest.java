package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.Addresses;
import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.sys.Capability;
import dev.berth.sys.SockAddr;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresCapability;
import dev.berth.testkit.SeededRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Forecasts about live sockets, and then the attempt itself.
@ExtendWith(LeakCheck.class)
@RequiresCapability({Capability.SYS_ADMIN, Capability.CHOWN, Capability.SYS_PTRACE})
final class LiveForecastTest {
    private static final int SITUATIONS = 250;
    private static final KernelCheck AGREED =
            new KernelCheck("6.18", KernelCheck.Agreement.AGREED, true, "");

    @Test
    void attemptMatchesTheForecast() throws Exception {
        SeededRandom random = SeededRandom.create("forecasts");
        int[] counts = new int[4];
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        for (int i = 0; i < SITUATIONS; i++) {
                            Protocol protocol = i % 2 == 0 ? Protocol.TCP : Protocol.UDP;
                            try (var probe = new ConnectionProbe();
                                    var live = new LiveHistory(protocol, 10_000 + i, probe)) {
                                situation(random, protocol, live, 10_000 + i, counts);
                            }
                        }
                    });
        }
        assertThat(counts[0]).as("refused").isGreaterThan(SITUATIONS / 5);
        assertThat(counts[1]).as("certain").isGreaterThan(SITUATIONS / 2);
        assertThat(counts[3]).as("fixes tried").isGreaterThan(SITUATIONS / 5);
        assertThat(counts[2]).as("more lenient than forecast").isLessThan(SITUATIONS / 10);
    }

    private static void situation(
            SeededRandom random, Protocol protocol, LiveHistory live, int port, int[] counts)
            throws Exception {
        List<HistoryStep> steps = new ArrayList<>();
        int older = 1 + random.nextInt(3);
        for (int i = 0; i < older; i++) {
            steps.addAll(HistoryGenerator.socket(random, protocol, "s" + i));
        }
        for (HistoryStep step : steps) {
            live.next(step);
        }
        List<HistoryStep> attempt = HistoryGenerator.socket(random, protocol, "new");
        BindForecast forecast = forecast(attempt, protocol, port);
        String answer = "OK";
        for (HistoryStep step : attempt) {
            answer = answer.equals("OK") ? live.next(step) : answer;
        }
        String told =
                forecast.bind().isPresent()
                        ? forecast.bindAnswer()
                        : forecast.listenAnswer().orElse("OK");
        String what = new History("f", protocol, steps) + " | " + attempt + " | " + forecast;
        counts[0] += answer.equals("OK") ? 0 : 1;
        counts[1] += forecast.certain() ? 1 : 0;
        if (forecast.certain() || told.equals("OK")) {
            assertThat(told).as(what).isEqualTo(answer);
        } else {
            counts[2] += told.equals(answer) ? 0 : 1;
        }
        live.next(new HistoryStep.Close("new"));
        for (String fix : forecast.fixes()) {
            counts[3] += tryOut(fix, attempt, live, older, what) ? 1 : 0;
        }
    }

    /// Applies a fix if one program can do so; the option on both sockets comes last, as it changes
    /// the older sockets.
    private static boolean tryOut(
            String fix, List<HistoryStep> attempt, LiveHistory live, int older, String what)
            throws Exception {
        HistoryStep.Open open = (HistoryStep.Open) attempt.get(0);
        HistoryStep.Bind bind = (HistoryStep.Bind) attempt.get(1);
        boolean both = fix.startsWith("set SO_REUSEPORT on both");
        boolean addr = fix.startsWith("set SO_REUSEADDR on your socket");
        boolean port = both || fix.startsWith("set SO_REUSEPORT on your socket");
        boolean v6only = fix.startsWith("set IPV6_V6ONLY");
        Matcher host = Pattern.compile("bind (\\S+): .*").matcher(fix);
        Matcher uid = Pattern.compile("run yours as uid (\\d+): .*").matcher(fix);
        if (!addr && !port && !v6only && !host.matches() && !uid.matches()) {
            return false;
        }
        for (int i = 0; both && i < older; i++) {
            live.next(
                    new HistoryStep.Change(
                            "s" + i, Optional.empty(), Optional.of(true), Optional.empty()));
        }
        live.next(
                new HistoryStep.Open(
                        "fixed",
                        open.family(),
                        open.reuseaddr() || addr,
                        open.reuseport() || port,
                        open.v6only() || v6only,
                        uid.matches() ? Integer.parseInt(uid.group(1)) : open.uid(),
                        open.loopback()));
        SockAddr.Inet address = host.matches() ? Addresses.of(host.group(1), 0) : bind.address();
        assertThat(live.next(new HistoryStep.Bind("fixed", address)))
                .as(fix + what)
                .isEqualTo("OK");
        if (attempt.size() > 2) {
            assertThat(live.next(new HistoryStep.Listen("fixed"))).as(fix + what).isEqualTo("OK");
        }
        live.next(new HistoryStep.Close("fixed"));
        return true;
    }

    private static BindForecast forecast(List<HistoryStep> attempt, Protocol protocol, int port)
            throws Exception {
        HistoryStep.Open open = (HistoryStep.Open) attempt.get(0);
        HistoryStep.Bind bind = (HistoryStep.Bind) attempt.get(1);
        BindRequest request =
                new BindRequest(
                        new ListenAddress(protocol, bind.address().withPort(port)),
                        open.reuseaddr(),
                        open.reuseport(),
                        open.v6only(),
                        open.loopback() ? Optional.of("lo") : Optional.empty(),
                        open.uid());
        PortQuery query = PortQuery.port(port).withProtocol(protocol);
        return BindForecast.of(
                request, BindEnvironment.read(request), PortReport.of(query).sockets(), AGREED);
    }

    @Test
    void errnosComeInTheKernelsOrder() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        // A process with another uid has no capability; an address elsewhere, port
                        // 80.
                        assertThat(answer("10.9.8.7:80", 1000)).isEqualTo("EADDRNOTAVAIL");
                        assertThat(answer("[2001:db8::1]:80", 1000)).isEqualTo("EACCES");
                        assertThat(answer("[2001:db8::1]:8080", 1000)).isEqualTo("EADDRNOTAVAIL");
                        assertThat(answer("127.0.0.1:80", 1000)).isEqualTo("EACCES");
                        assertThat(answer("127.0.0.1:80", 0)).isEqualTo("OK");
                        assertThat(answer("[fe80::1]:8080", 0)).isEqualTo("EINVAL");
                        assertThat(answer("[ff02::1]:8080", 0)).isEqualTo("EINVAL");
                        assertThat(answer("224.0.0.5:8080", 0)).isEqualTo("OK");
                        assertThat(answer("127.1.2.3:8080", 0)).isEqualTo("OK");
                    });
        }
    }

    private static String answer(String address, int uid) throws Exception {
        BindRequest request = BindRequest.of(ListenAddress.parse(address)).withUid(uid);
        return BindForecast.of(request, BindEnvironment.read(request), List.of(), AGREED)
                .bindAnswer();
    }
}
