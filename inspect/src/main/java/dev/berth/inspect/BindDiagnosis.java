package dev.berth.inspect;

import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;

import java.io.IOException;
import java.net.BindException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/// Explains a bind that has failed in this JVM, by looking at the port now.
///
/// @param failure what the JDK threw
/// @param forecast what the same bind would meet now
public record BindDiagnosis(BindException failure, BindForecast forecast) {
    private static final int MOST_NAMED = 3;

    public BindDiagnosis {
        Objects.requireNonNull(failure, "failure");
        Objects.requireNonNull(forecast, "forecast");
    }

    /// Looks at the port. The JDK sets SO_REUSEADDR on every TCP server socket; so it is assumed.
    ///
    /// @param address that was to be bound; what the JDK calls `0.0.0.0` is `[::]`, unless it was
    ///   told to prefer IPv4
    /// @throws IOException if the kernel's tables cannot be read
    public static BindDiagnosis of(BindException failure, ListenAddress address)
            throws IOException {
        boolean tcp = address.protocol() == Protocol.TCP;
        BindRequest request = BindRequest.of(address).withReuseaddr(tcp);
        return new BindDiagnosis(failure, BindForecast.of(request));
    }

    /// What happened and who is in the way, in one line.
    public String summary() {
        String address = forecast.request().address().toString();
        if (forecast.succeeds()) {
            return address + " was taken (" + failure.getMessage() + "), and is free by now";
        }
        String who =
                forecast.because().stream()
                        .limit(MOST_NAMED)
                        .map(BindDiagnosis::text)
                        .distinct()
                        .collect(Collectors.joining("; "));
        int more = forecast.because().size() - MOST_NAMED;
        return address
                + " cannot be bound: "
                + who
                + (more > 0 ? "; and " + more + " more sockets" : "");
    }

    /// What would really help.
    public List<String> fixes() {
        return forecast.fixes();
    }

    private static String text(Cause cause) {
        return cause.socket()
                .map(socket -> SocketText.line(socket) + ": " + cause.sentence())
                .orElse(cause.sentence());
    }
}
