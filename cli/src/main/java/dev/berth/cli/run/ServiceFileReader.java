package dev.berth.cli.run;

import dev.berth.cli.command.EditDistance;
import dev.berth.cli.command.UsageException;
import dev.berth.dispatch.ProxyProtocol;
import dev.berth.dispatch.Route;
import dev.berth.dispatch.Routes;
import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.toml.TomlFields;

import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Reads a `berth.toml`. Errors are reported as `FILE:LINE:COLUMN: …`.
final class ServiceFileReader {
    private static final List<String> KEYS = List.of("name", "listen", "proxy-protocol", "service");
    private static final List<String> SERVICE_KEYS =
            List.of("command", "workers", "routes", "default", "steer");
    private static final List<String> ROUTE_KEYS =
            List.of("sni", "alpn", "host", "path", "protocol");
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9_-]{0,31}";

    private final TomlFields<UsageException> fields;
    private final List<Routes.Rule> rules = new ArrayList<>();
    private Optional<String> fallback = Optional.empty();

    private ServiceFileReader(String file) {
        fields = new TomlFields<>(file, UsageException::new);
    }

    /// Reads a service file.
    ///
    /// @param file its name in messages
    static ServiceFile read(String file, byte[] bytes) throws UsageException {
        var reader = new ServiceFileReader(file);
        return reader.read(reader.fields.parse(reader.fields.text(bytes), "a service file"));
    }

    private ServiceFile read(TomlTable toml) throws UsageException {
        checkKeys(toml, KEYS, "the file");
        Optional<String> name = fields.text(toml, "name");
        if (name.isPresent() && !name.get().matches(NAME)) {
            throw fields.wrong(
                    TomlFields.at(toml, "name"),
                    "a name has at most 32 letters, digits, '-' and '_'");
        }
        List<ListenAddress> listen = listen(toml);
        ProxyProtocol proxy =
                fields.converted(toml, "proxy-protocol", DispatcherSetup::proxy)
                        .orElse(ProxyProtocol.OFF);
        List<ServiceFile.ServiceEntry> services = services(toml);
        return new ServiceFile(name, listen, proxy, new Routes(rules, fallback), services);
    }

    private void checkKeys(TomlTable table, List<String> allowed, String what)
            throws UsageException {
        fields.checkKeys(table, allowed, what, key -> suggestion(key, allowed));
    }

    private static String suggestion(String key, List<String> allowed) {
        return allowed.stream()
                .filter(name -> EditDistance.of(key, name) <= Math.max(1, name.length() / 3))
                .min(Comparator.comparingInt(name -> EditDistance.of(key, name)))
                .map(name -> "did you mean " + name + "?")
                .orElse("known keys: " + String.join(", ", allowed));
    }

    private List<ListenAddress> listen(TomlTable toml) throws UsageException {
        List<ListenAddress> addresses = new ArrayList<>();
        for (TomlFields.Item item : fields.list(toml, "listen")) {
            ListenAddress address = address(item);
            Optional<String> obstacle = DispatcherSetup.obstacle(address, addresses);
            if (obstacle.isPresent()) {
                throw fields.wrong(item.place(), obstacle.get());
            }
            addresses.add(address);
        }
        if (addresses.isEmpty()) {
            throw fields.wrong(
                    TomlFields.BEGINNING,
                    "no address to listen on; for example: listen = [\"tcp://0.0.0.0:443\"]");
        }
        return addresses;
    }

    private ListenAddress address(TomlFields.Item item) throws UsageException {
        if (item.value() instanceof Long port) {
            if (port < 1 || port > 65_535) {
                throw fields.wrong(item.place(), port + ": a port is a number from 1 to 65535");
            }
            return DispatcherSetup.everywhere(port.intValue());
        }
        if (!(item.value() instanceof String text)) {
            throw fields.wrong(
                    item.place(),
                    "listen must be a port such as 443, an address such as \"tcp://0.0.0.0:443\","
                            + " or a list of these");
        }
        try {
            ListenAddress address = ListenAddress.parse(text);
            if (address.protocol() != Protocol.TCP) {
                throw fields.wrong(
                        item.place(), text + DispatcherSetup.NO_DATAGRAMS + "use tcp://");
            }
            if (address.address().port() == 0) {
                throw fields.wrong(item.place(), text + ": a port is a number from 1 to 65535");
            }
            return address;
        } catch (IllegalArgumentException malformed) {
            throw fields.wrong(item.place(), String.valueOf(malformed.getMessage()));
        }
    }

    private List<ServiceFile.ServiceEntry> services(TomlTable toml) throws UsageException {
        Optional<TomlTable> tables =
                fields.value(toml, "service", TomlTable.class, "a table of services");
        if (tables.isEmpty() || tables.get().isEmpty()) {
            throw fields.wrong(
                    TomlFields.BEGINNING, "no service is defined; begin one with [service.NAME]");
        }
        List<ServiceFile.ServiceEntry> services = new ArrayList<>();
        for (String name : inOrder(tables.get())) {
            if (!name.matches(NAME)) {
                throw fields.wrong(
                        TomlFields.at(tables.get(), name),
                        "\"%s\" is not a name: use at most 32 letters, digits, '-' and '_'"
                                .formatted(name));
            }
            Optional<TomlTable> table =
                    fields.value(
                            tables.get(), name, TomlTable.class, "a table: [service." + name + "]");
            services.add(service(name, table.orElseThrow(), TomlFields.at(tables.get(), name)));
        }
        return services;
    }

    /// In the order of the file.
    private static List<String> inOrder(TomlTable table) {
        Comparator<String> byLine =
                Comparator.comparingInt(key -> TomlFields.at(table, key).line());
        return table.keySet().stream()
                .sorted(byLine.thenComparingInt(key -> TomlFields.at(table, key).column()))
                .toList();
    }

    private ServiceFile.ServiceEntry service(String name, TomlTable table, TomlPosition place)
            throws UsageException {
        String what = "service " + name;
        checkKeys(table, SERVICE_KEYS, what);
        var service =
                new ServiceFile.ServiceEntry(
                        name,
                        command(table, what, place),
                        fields.place(TomlFields.at(table, "command")),
                        workers(table),
                        steer(table));
        int known = rules.size();
        routes(name, table);
        if (fields.value(table, "default", Boolean.class, "true or false").orElse(false)) {
            if (fallback.isPresent()) {
                throw fields.wrong(
                        TomlFields.at(table, "default"),
                        "service " + fallback.get() + " is already the default; only one can be");
            }
            fallback = Optional.of(name);
        } else if (rules.size() == known) {
            throw fields.wrong(
                    place,
                    what
                            + " would get no connections: give it routes = [{ sni = \"…\" }], or"
                            + " default = true");
        }
        return service;
    }

    private Command command(TomlTable table, String what, TomlPosition place)
            throws UsageException {
        List<String> words = new ArrayList<>();
        for (TomlFields.Item item : fields.list(table, "command")) {
            if (!(item.value() instanceof String text)) {
                throw fields.wrong(item.place(), "command must be a list of strings in quotes");
            }
            if (text.indexOf('\0') >= 0) {
                throw fields.wrong(
                        item.place(), "a word of a command must not contain a zero byte");
            }
            words.add(text);
        }
        if (table.get(List.of("command")) instanceof String line && line.contains(" ")) {
            throw fields.wrong(
                    TomlFields.at(table, "command"),
                    "command must be a list of words: [\""
                            + String.join("\", \"", line.strip().split(" +"))
                            + "\"]");
        }
        if (words.isEmpty()) {
            throw fields.wrong(place, what + " needs command = [\"…\"]");
        }
        return new Command(words);
    }

    private Optional<Integer> workers(TomlTable table) throws UsageException {
        Optional<Long> workers = fields.value(table, "workers", Long.class, "a number");
        if (workers.filter(n -> n < 1 || n > ServiceSpec.MOST_WORKERS).isPresent()) {
            throw fields.wrong(
                    TomlFields.at(table, "workers"),
                    "workers must be a number from 1 to " + ServiceSpec.MOST_WORKERS);
        }
        return workers.map(Long::intValue);
    }

    private Optional<Policy> steer(TomlTable table) throws UsageException {
        return fields.converted(table, "steer", ServiceFileReader::dispatching);
    }

    private static Policy dispatching(String word) {
        return Policy.ofDispatcher().stream()
                .filter(policy -> policy.word().equals(word))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        ("a service in a file can be steered by round-robin,"
                                             + " least-connections or source, not \"%s\"")
                                                .formatted(word)));
    }

    private void routes(String service, TomlTable table) throws UsageException {
        Optional<TomlArray> routes =
                fields.value(table, "routes", TomlArray.class, "a list: [{ sni = \"…\" }]");
        for (int i = 0; i < routes.map(TomlArray::size).orElse(0); i++) {
            TomlArray array = routes.orElseThrow();
            TomlPosition place = TomlFields.at(array, i);
            if (!(array.get(i) instanceof TomlTable route)) {
                throw fields.wrong(
                        place, "a route must be a table such as { sni = \"a.example\" }");
            }
            checkKeys(route, ROUTE_KEYS, "a route");
            try {
                rules.add(new Routes.Rule(route(route), service));
                new Routes(rules, fallback);
            } catch (IllegalArgumentException impossible) {
                throw fields.wrong(place, String.valueOf(impossible.getMessage()));
            }
        }
    }

    private Route route(TomlTable table) throws UsageException {
        Route route = Route.ANY;
        for (String key : ROUTE_KEYS) {
            Optional<String> text = fields.text(table, key);
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
                    "a route needs at least one condition: sni, alpn, host, path or protocol");
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
                "protocol must be tls, http, http2 or ssh, not \"" + word + "\"");
    }
}
