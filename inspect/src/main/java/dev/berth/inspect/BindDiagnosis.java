package dev.berth.inspect;

import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Explains a bind that has failed in this JVM, by inspecting the port now.
///
/// ```java
/// var address = new InetSocketAddress(8080);
/// try {
///     server.bind(address);
/// } catch (BindException taken) {
///     var diagnosis = BindDiagnosis.of(taken, address);
///     System.err.println(diagnosis.summary());    // tcp://[::]:8080 cannot be bound: pid 12 (nginx) …
///     diagnosis.fixes().forEach(System.err::println);
/// }
/// ```
///
/// @param failure thrown by the JDK
/// @param forecast the result of the same bind now
public record BindDiagnosis(BindException failure, BindForecast forecast) {
    private static final int MOST_NAMED = 3;

    /// Inspects the port for a TCP server socket that was given `address`.
    ///
    /// @throws IllegalArgumentException if the host's name was not resolved
    /// @throws IOException if the kernel's tables cannot be read
    public static BindDiagnosis of(BindException failure, InetSocketAddress address)
            throws IOException {
        return of(failure, Protocol.TCP, address);
    }

    /// Inspects the port for a socket of the JDK that was given `address`, as the JDK binds it.
    ///
    /// @throws IllegalArgumentException if the host's name was not resolved
    /// @throws IOException if the kernel's tables cannot be read
    public static BindDiagnosis of(
            BindException failure, Protocol protocol, InetSocketAddress address)
            throws IOException {
        return of(failure, JdkAddress.of(protocol, address));
    }

    /// Inspects the port. The JDK sets SO_REUSEADDR on every TCP server socket and clears
    /// IPV6_V6ONLY, so that is assumed. Nothing is replayed to check the rules: the forecast is
    /// certain only if an earlier [BindForecast] or `berth why` has done that.
    ///
    /// @param address that was to be bound; the JDK's `0.0.0.0` is `[::]`, unless the JDK was
    ///   configured to prefer IPv4
    /// @throws IOException if the kernel's tables cannot be read
    public static BindDiagnosis of(BindException failure, ListenAddress address)
            throws IOException {
        boolean tcp = address.protocol() == Protocol.TCP;
        BindRequest request = BindRequest.of(address).withReuseaddr(tcp).withV6only(false);
        return new BindDiagnosis(
                failure, BindForecast.of(request, KernelCheck.kept(System.getenv())));
    }

    /// What happened and what is in the way, in one line.
    public String summary() {
        String address = forecast.request().address().toString();
        if (forecast.succeeds()) {
            return address + gone();
        }
        String who =
                forecast.because().stream()
                        .limit(MOST_NAMED)
                        .map(Cause::text)
                        .distinct()
                        .collect(Collectors.joining("; "));
        int more = forecast.because().size() - MOST_NAMED;
        return address
                + " cannot be bound: "
                + who
                + (more > 0 ? "; and " + more + " more sockets" : "");
    }

    private String gone() {
        String message = String.valueOf(failure.getMessage());
        return message.toLowerCase(Locale.ROOT).contains("permission denied")
                ? " was refused ("
                        + message
                        + "), though ports and capabilities would allow it now: a security module"
                        + " (SELinux, AppArmor, Landlock) may be the reason"
                : " was taken (" + message + "), but is free now";
    }

    /// What would really help.
    public List<String> fixes() {
        return forecast.fixes();
    }
}
