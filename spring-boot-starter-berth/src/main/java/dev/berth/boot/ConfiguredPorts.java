package dev.berth.boot;

import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The ports named by an application's properties, because most exceptions do not say which port
/// failed.
///
/// @param places the ports of servers that Boot knows come first
record ConfiguredPorts(List<ConfiguredPort> places) {
    private static final String PORT = "server.port";
    private static final int USUAL_PORT = 8080;
    private static final int MOST = 32;

    /// What Boot and related projects listen on, whatever the property source.
    private static final List<String> SERVERS =
            List.of(
                    PORT,
                    "management.server.port",
                    "spring.grpc.server.port",
                    "grpc.server.port",
                    "spring.rsocket.server.port");

    ConfiguredPorts {
        places = List.copyOf(places);
    }

    static ConfiguredPorts of(Environment environment) {
        Set<String> names = new LinkedHashSet<>(SERVERS);
        if (environment instanceof ConfigurableEnvironment sources) {
            sources.getPropertySources().stream()
                    .filter(source -> !inherited(source.getName()))
                    .flatMap(ConfiguredPorts::names)
                    .filter(ConfiguredPorts::likely)
                    .forEach(names::add);
        }
        return new ConfiguredPorts(
                names.stream()
                        .map(name -> place(environment, name))
                        .flatMap(Optional::stream)
                        .limit(MOST)
                        .toList());
    }

    /// Environment variables such as `REDIS_SERVICE_PORT`, set by Kubernetes, name ports of other
    /// services.
    private static boolean inherited(String source) {
        return source.equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
    }

    private static Stream<String> names(Object source) {
        return source instanceof EnumerablePropertySource<?> known
                ? Arrays.stream(known.getPropertyNames())
                : Stream.empty();
    }

    /// `local.server.port` repeats a port that is bound already; a proxy's port is on another host.
    private static boolean likely(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith("port") && !lower.startsWith("local.") && !lower.contains("proxy");
    }

    private static Optional<ConfiguredPort> place(Environment environment, String name) {
        String usual = name.equals(PORT) ? Integer.toString(USUAL_PORT) : "";
        Optional<Integer> port = number(property(environment, name, usual));
        return port.filter(ConfiguredPort::valid)
                .map(number -> new ConfiguredPort(host(environment, name), number, name));
    }

    private static String host(Environment environment, String name) {
        String prefix = name.substring(0, name.length() - "port".length());
        return prefix.endsWith(".") ? property(environment, prefix + "address", "") : "";
    }

    private static String property(Environment environment, String name, String otherwise) {
        try {
            return environment.getProperty(name, otherwise);
        } catch (RuntimeException unresolvable) {
            return otherwise;
        }
    }

    private static Optional<Integer> number(String text) {
        try {
            return Optional.of(Integer.valueOf(text.strip()));
        } catch (NumberFormatException none) {
            return Optional.empty();
        }
    }
}
