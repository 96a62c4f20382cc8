package dev.berth.cli.run;

import dev.berth.cli.command.EditDistance;
import dev.berth.cli.command.Failure;
import dev.berth.dispatch.ProxyProtocol;
import dev.berth.dispatch.Route;
import dev.berth.dispatch.Routes;
import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Plan;
import dev.berth.supervise.contract.Policy;

import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;
import org.tomlj.TomlVersion;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Reads a `berth.toml`. What is wrong is told as `FILE:LINE:COLUMN: …`.
final class ServiceFileReader {
    private static final List<String> KEYS = List.of("name", "listen", "proxy-protocol", "service");
    private static final List<String> SERVICE_KEYS =
            List.of("command", "workers", "routes", "default", "steer");
    private static final List<String> ROUTE_KEYS =
            List.of("sni", "alpn", "host", "path", "protocol");
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9_-]{0,31}";
    private static final TomlPosition BEGINNING = TomlPosition.positionAt(1, 1);

    private final String file;
    private final List<Routes.Rule> rules = new ArrayList<>();
    private Optional<String> fallback = Optional.empty();

    private ServiceFileReader(String file) {
        this.file = file;
    }

    /// - `file`: as messages are to name it
    static ServiceFile read(String file, String text) throws Failure {
        return new ServiceFileReader(file).read(Toml.parse(text, TomlVersion.V1_1_0));
    }

    private ServiceFile read(TomlParseResult toml) throws Failure {
        if (toml.hasErrors()) {
            TomlParseError error = toml.errors().getFirst();
            throw wrong(error.position(), String.valueOf(error.getMessage()));
        }
        checkKeys(toml, KEYS, "the file");
        Optional<String> name = text(toml, "name");
        if (name.isPresent() && !name.get().matches(NAME)) {
            throw wrong(at(toml, "name"), "a name has letters, digits, '-' and '_', at most 32");
        }
        List<ListenAddress> listen = listen(toml);
        ProxyProtocol proxy =
                converted(toml, "proxy-protocol", Dispatching::proxy).orElse(ProxyProtocol.OFF);
        List<ServiceFile.Service> services = services(toml);
        return new ServiceFile(name, listen, proxy, routes(toml), services);
    }

    private Routes routes(TomlTable toml) throws Failure {
        try {
            return new Routes(rules, fallback);
        } catch (IllegalArgumentException conflict) {
            throw wrong(at(toml, "service"), String.valueOf(conflict.getMessage()));
        }
    }

    private List<ListenAddress> listen(TomlTable toml) throws Failure {
        List<ListenAddress> addresses = new ArrayList<>();
        for (Object value : list(toml, "listen")) {
            addresses.add(address(toml, value));
        }
        if (addresses.isEmpty()) {
            throw wrong(BEGINNING, "say where to listen, as in: listen = [\"tcp://0.0.0.0:443\"]");
        }
        return addresses;
    }

    private ListenAddress address(TomlTable toml, Object value) throws Failure {
        try {
            if (value instanceof Long port && port > 0 && port <= 65_535) {
                return Dispatching.everywhere(port.intValue());
            }
            ListenAddress address = ListenAddress.parse(String.valueOf(value));
            if (address.protocol() == Protocol.TCP && address.address().port() != 0) {
                return address;
            }
            throw wrong(at(toml, "listen"), value + ": connections come to a TCP port, not 0");
        } catch (IllegalArgumentException malformed) {
            throw wrong(at(toml, "listen"), String.valueOf(malformed.getMessage()));
        }
    }

    private List<ServiceFile.Service> services(TomlTable toml) throws Failure {
        Optional<TomlTable> tables = value(toml, "service", TomlTable.class, "a table of services");
        if (tables.isEmpty() || tables.get().isEmpty()) {
            throw wrong(BEGINNING, "there is no service; begin one with [service.NAME]");
        }
        List<ServiceFile.Service> services = new ArrayList<>();
        for (String name : inOrder(tables.get())) {
            if (!name.matches(NAME)) {
                throw wrong(
                        at(tables.get(), name),
                        "\"" + name + "\" is no name: letters, digits, '-' and '_', at most 32");
            }
            Optional<TomlTable> table =
                    value(tables.get(), name, TomlTable.class, "a table: [service." + name + "]");
            services.add(service(name, table.orElseThrow(), at(tables.get(), name)));
        }
        return services;
    }

    /// As they stand in the file.
    private static List<String> inOrder(TomlTable table) {
        Comparator<String> byLine = Comparator.comparingInt(key -> at(table, key).line());
        return table.keySet().stream()
                .sorted(byLine.thenComparingInt(key -> at(table, key).column()))
                .toList();
    }

    private ServiceFile.Service service(String name, TomlTable table, TomlPosition place)
            throws Failure {
        String what = "service " + name;
        checkKeys(table, SERVICE_KEYS, what);
        var service =
                new ServiceFile.Service(
                        name, command(table, what, place), workers(table), steer(table));
        int known = rules.size();
        routes(name, table);
        if (value(table, "default", Boolean.class, "true or false").orElse(false)) {
            if (fallback.isPresent()) {
                throw wrong(
                        at(table, "default"),
                        "service " + fallback.get() + " is the default already; there is one");
            }
            fallback = Optional.of(name);
        } else if (rules.size() == known) {
            throw wrong(
                    place,
                    what
                            + " gets no connection: give it routes = [{ sni = \"…\" }], or default"
                            + " = true");
        }
        return service;
    }

    private Command command(TomlTable table, String what, TomlPosition place) throws Failure {
        List<String> words = new ArrayList<>();
        for (Object word : list(table, "command")) {
            if (!(word instanceof String text)) {
                throw wrong(at(table, "command"), "command is a list of texts in quotes");
            }
            words.add(text);
        }
        if (words.isEmpty()) {
            throw wrong(place, what + " needs command = [\"…\"]");
        }
        return new Command(words);
    }

    private Optional<Integer> workers(TomlTable table) throws Failure {
        Optional<Long> workers = value(table, "workers", Long.class, "a number");
        if (workers.filter(n -> n < 1 || n > Plan.MOST_WORKERS).isPresent()) {
            throw wrong(at(table, "workers"), "there are 1 to " + Plan.MOST_WORKERS + " workers");
        }
        return workers.map(Long::intValue);
    }

    private Optional<Policy> steer(TomlTable table) throws Failure {
        Optional<Policy> policy = converted(table, "steer", Policy::parse);
        if (policy.filter(p -> !p.dispatches()).isPresent()) {
            throw wrong(
                    at(table, "steer"),
                    "services of a file are steered by round-robin, least-connections or source");
        }
        return policy;
    }

    private void routes(String service, TomlTable table) throws Failure {
        Optional<TomlArray> routes =
                value(table, "routes", TomlArray.class, "a list: [{ sni = \"…\" }]");
        for (int i = 0; i < routes.map(TomlArray::size).orElse(0); i++) {
            TomlArray array = routes.orElseThrow();
            TomlPosition place = Optional.ofNullable(array.inputPositionOf(i)).orElse(BEGINNING);
            if (!(array.get(i) instanceof TomlTable route)) {
                throw wrong(place, "a route is like { sni = \"a.example\" }");
            }
            checkKeys(route, ROUTE_KEYS, "a route");
            try {
                rules.add(new Routes.Rule(route(route), service));
            } catch (IllegalArgumentException impossible) {
                throw wrong(place, String.valueOf(impossible.getMessage()));
            }
        }
    }

    private Route route(TomlTable table) throws Failure {
        Route route = Route.ANY;
        for (String key : ROUTE_KEYS) {
            Optional<String> text = text(table, key);
            if (text.isPresent()) {
                route =
                        switch (key) {
                            case "sni" -> route.withSni(text.get());
                            case "alpn" -> route.withAlpn(text.get());
                            case "host" -> route.withHost(text.get());
                            case "path" -> route.withPath(text.get());
                            default -> route.withProtocol(speech(text.get()));
                        };
            }
        }
        if (route.equals(Route.ANY)) {
            throw new IllegalArgumentException(
                    "a route says what a connection begins with: sni, alpn, host, path, protocol");
        }
        return route;
    }

    private static Route.Speech speech(String word) {
        for (Route.Speech speech : Route.Speech.values()) {
            if (speech.text().equals(word)) {
                return speech;
            }
        }
        throw new IllegalArgumentException(
                "a protocol is tls, http, http2 or ssh, not \"" + word + "\"");
    }

    /// The values of a list, or one that stands alone.
    private static List<Object> list(TomlTable table, String key) {
        return switch (table.get(List.of(key))) {
            case null -> List.of();
            case TomlArray array -> array.toList();
            case Object single -> List.of(single);
        };
    }

    private Optional<String> text(TomlTable table, String key) throws Failure {
        return value(table, key, String.class, "a text in quotes");
    }

    private <T> Optional<T> converted(TomlTable table, String key, Function<String, T> conversion)
            throws Failure {
        Optional<String> text = text(table, key);
        try {
            return text.map(conversion);
        } catch (IllegalArgumentException unknown) {
            throw wrong(at(table, key), key + ": " + unknown.getMessage());
        }
    }

    private <T> Optional<T> value(TomlTable table, String key, Class<T> type, String form)
            throws Failure {
        Object value = table.get(List.of(key));
        if (value != null && !type.isInstance(value)) {
            throw wrong(at(table, key), key + " is " + form);
        }
        return Optional.ofNullable(value).map(type::cast);
    }

    private void checkKeys(TomlTable table, List<String> allowed, String what) throws Failure {
        for (String key : table.keySet()) {
            if (!allowed.contains(key)) {
                throw wrong(
                        at(table, key),
                        what + " has no key " + key + "; " + suggestion(key, allowed));
            }
        }
    }

    private static String suggestion(String key, List<String> allowed) {
        return allowed.stream()
                .filter(name -> EditDistance.of(key, name) <= Math.max(1, name.length() / 3))
                .min(Comparator.comparingInt(name -> EditDistance.of(key, name)))
                .map(name -> "did you mean " + name + "?")
                .orElse("it is one of " + String.join(", ", allowed));
    }

    private static TomlPosition at(TomlTable table, String key) {
        return Optional.ofNullable(table.inputPositionOf(List.of(key))).orElse(BEGINNING);
    }

    private Failure wrong(TomlPosition place, String message) {
        return new Failure(file + ":" + place.line() + ":" + place.column() + ": " + message);
    }
}
