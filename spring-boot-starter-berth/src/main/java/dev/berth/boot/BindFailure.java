package dev.berth.boot;

import java.io.IOException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A refused bind, as described by a chain of causes.
///
/// @param thrown the exception that reports it
/// @param message the kernel's error message: `Address already in use`
/// @param datagram whether it was a UDP socket
/// @param place the port, if a cause names one
/// @param origin the line of the application's own code that led to it; empty if there is none
record BindFailure(
        Throwable thrown,
        String message,
        boolean datagram,
        Optional<ConfiguredPort> place,
        String origin) {
    private static final int LONGEST_CHAIN = 50;

    /// An address and a port, as in Netty's, Jetty's and gRPC's messages.
    private static final Pattern ENDPOINT =
            Pattern.compile("(?<host>\\d{1,3}(?:\\.\\d{1,3}){3}|\\S*):(?<port>\\d{1,5})(?!\\d)");

    private static final List<String> REASONS =
            List.of(
                    "address already in use",
                    "permission denied",
                    "cannot assign requested address");

    /// Libraries, which bind on behalf of the application.
    private static final Pattern LIBRARY =
            Pattern.compile(
                    "(java|javax|jdk|sun|com\\.sun|jakarta|org\\.springframework|org\\.apache"
                            + "|org\\.eclipse\\.jetty|io\\.netty|io\\.grpc|io\\.undertow|org\\.xnio"
                            + "|reactor|kotlin|kotlinx)\\..*");

    /// Finds the bind failure in a chain of causes; empty if there is none.
    static Optional<BindFailure> in(Throwable failure) {
        List<Throwable> chain =
                Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                        .limit(LONGEST_CHAIN)
                        .toList();
        Optional<ConfiguredPort> boot = chain.stream().flatMap(BindFailure::toldByBoot).findFirst();
        return chain.stream()
                .filter(BindFailure::refused)
                .reduce((outer, inner) -> inner)
                .or(() -> boot.map(place -> failure))
                .map(thrown -> of(thrown, boot.or(() -> named(chain)), chain));
    }

    private static BindFailure of(
            Throwable thrown, Optional<ConfiguredPort> place, List<Throwable> chain) {
        String message = refused(thrown) ? text(thrown) : "Address already in use";
        return new BindFailure(thrown, message, datagram(thrown), place, origin(chain));
    }

    /// Netty's native transports have their own exceptions.
    private static boolean refused(Throwable cause) {
        String message = text(cause).toLowerCase(Locale.ROOT);
        boolean known = REASONS.stream().anyMatch(message::contains);
        return cause instanceof BindException
                || (cause instanceof IOException && known && message.contains("bind"));
    }

    private static String text(Throwable cause) {
        return String.valueOf(cause.getMessage());
    }

    /// The port of a `PortInUseException` or `ConnectorStartFailedException`, read by reflection:
    /// not every application has these classes, and they have moved between Boot's release lines.
    private static Stream<ConfiguredPort> toldByBoot(Throwable cause) {
        if (!cause.getClass().getName().startsWith("org.springframework.boot.")) {
            return Stream.empty();
        }
        try {
            Object port = cause.getClass().getMethod("getPort").invoke(cause);
            return port instanceof Integer number && ConfiguredPort.valid(number)
                    ? Stream.of(new ConfiguredPort("", number, ""))
                    : Stream.empty();
        } catch (ReflectiveOperationException other) {
            return Stream.empty();
        }
    }

    /// The address in the innermost message about a bind.
    private static Optional<ConfiguredPort> named(List<Throwable> chain) {
        List<Throwable> inside = new ArrayList<>(chain);
        Collections.reverse(inside);
        return inside.stream()
                .map(BindFailure::text)
                .filter(message -> message.toLowerCase(Locale.ROOT).contains("bind"))
                .flatMap(message -> ENDPOINT.matcher(message).results())
                .map(found -> place(found.group()))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<ConfiguredPort> place(String endpoint) {
        Matcher parts = ENDPOINT.matcher(endpoint);
        if (!parts.matches() || !ConfiguredPort.valid(Integer.parseInt(parts.group("port")))) {
            return Optional.empty();
        }
        String text = parts.group("host");
        String host = text.substring(text.lastIndexOf('/') + 1).replaceAll("[\\[\\]]", "");
        boolean numeric = host.matches("\\d+(\\.\\d+){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*");
        return Optional.of(
                new ConfiguredPort(numeric ? host : "", Integer.parseInt(parts.group("port")), ""));
    }

    private static boolean datagram(Throwable thrown) {
        return Arrays.stream(thrown.getStackTrace())
                .anyMatch(frame -> frame.getClassName().contains("Datagram"));
    }

    private static String origin(List<Throwable> chain) {
        Throwable innermost = chain.get(chain.size() - 1);
        return Arrays.stream(innermost.getStackTrace())
                .filter(frame -> !LIBRARY.matcher(frame.getClassName()).matches())
                .filter(frame -> !frame.getMethodName().equals("main"))
                .findFirst()
                .map(StackTraceElement::toString)
                .orElse("");
    }
}
