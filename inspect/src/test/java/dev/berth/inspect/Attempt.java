package dev.berth.inspect;

import dev.berth.net.Addresses;
import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.sys.SockAddr;
import dev.berth.testkit.SeededRandom;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// A bind, and for TCP a listen, to be tried.
record Attempt(BindRequest request) {
    /// Most of them conflict; the last ones are not addresses of the namespace, or cannot be bound.
    private static final List<String> HOSTS =
            List.of(
                    "0.0.0.0",
                    "127.0.0.1",
                    "127.0.0.1",
                    "127.0.0.2",
                    "127.0.0.6",
                    "::",
                    "::",
                    "::1",
                    "::ffff:127.0.0.1",
                    "::ffff:0.0.0.0",
                    "10.1.0.1",
                    "fd00::1");

    private static final List<String> ODD =
            List.of(
                    "10.9.8.7",
                    "2001:db8::1",
                    "ff02::1",
                    "fe80::1",
                    "224.0.0.5",
                    "255.255.255.255",
                    "::ffff:10.9.8.7",
                    "0.1.2.3",
                    "127.200.1.1");

    /// `lo`, and the device with 10.1.0.1 and fd00::1.
    private static final List<String> DEVICES = List.of("lo", SocketPrograms.DEVICE);

    static Attempt random(SeededRandom random, Protocol protocol, int port, boolean odd) {
        String host = random.pick(odd && random.nextInt(8) == 0 ? ODD : HOSTS);
        SockAddr.Inet address = Addresses.of(host, port);
        Optional<String> device =
                random.nextInt(6) == 0 ? Optional.of(random.pick(DEVICES)) : Optional.empty();
        BindRequest request =
                new BindRequest(
                        new ListenAddress(protocol, address),
                        random.nextInt(100) < 40,
                        random.nextInt(100) < 40,
                        address instanceof SockAddr.Inet6 && random.nextInt(100) < 35,
                        device,
                        random.nextInt(100) < 35 ? SocketPrograms.OTHER_UID : 0);
        return new Attempt(request);
    }

    Protocol protocol() {
        return request.protocol();
    }

    String host() {
        return request.where().host();
    }

    boolean six() {
        return request.where() instanceof SockAddr.Inet6;
    }

    /// The options in the form that a puppet takes.
    String options() {
        return "%d, %d, %d, %d, %d, '%s'"
                .formatted(
                        protocol() == Protocol.TCP ? 1 : 2,
                        six() ? 6 : 4,
                        number(request.reuseaddr()),
                        number(request.reuseport()),
                        number(request.v6only()),
                        request.device().orElse(""));
    }

    static int number(boolean option) {
        return option ? 1 : 0;
    }

    /// Makes the attempt: `OK OK`, `EADDRINUSE`, `OK EADDRINUSE`; without the second word for UDP.
    String make(SocketProgram program) throws IOException {
        int port = request.where().port();
        return program.tell("attempt('%s', %d, %s)", host(), port, options());
    }

    /// The forecast in the same form.
    static String told(BindForecast forecast) {
        return forecast.bindAnswer()
                + forecast.listenAnswer().map(listen -> " " + listen).orElse("");
    }
}
