package dev.berth.cli.lab;

import dev.berth.cli.command.JsonTree;
import dev.berth.inspect.History;
import dev.berth.inspect.HistoryStep;
import dev.berth.net.Addresses;
import dev.berth.net.Protocol;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads a history from a line of JSON; docs/replay.md describes the format.
final class HistoryReader {
    private final Protocol protocol;
    private final HistoryNames names = new HistoryNames();

    private HistoryReader(Protocol protocol) {
        this.protocol = protocol;
    }

    /// Reads one line.
    ///
    /// @throws BadHistoryException if `line` is not a history; the message names the step and the
    ///   problem
    static History read(String line) throws BadHistoryException {
        String id = "";
        String where = "";
        try {
            JsonFields fields = JsonFields.of("a history", JsonTree.parse(line));
            id = fields.optionalText("id").orElse("");
            fields.only("id", "protocol", "steps", "note").text("id");
            fields.optionalText("note");
            var reader = new HistoryReader(protocol(fields.text("protocol")));
            List<HistoryStep> steps = new ArrayList<>();
            for (Object value : fields.list("steps")) {
                where = "step " + (steps.size() + 1);
                JsonFields step = JsonFields.of("a step", value);
                String op = step.text("op");
                where = where + " (" + op + ")";
                steps.add(reader.step(op, new JsonFields("a " + op, step.values())));
            }
            return new History(id, reader.protocol, steps);
        } catch (IllegalArgumentException wrong) {
            String problem = String.valueOf(wrong.getMessage());
            throw new BadHistoryException(id, where.isEmpty() ? problem : where + ": " + problem);
        }
    }

    private static Protocol protocol(String text) {
        return switch (text) {
            case "tcp" -> Protocol.TCP;
            case "udp" -> Protocol.UDP;
            default ->
                    throw new IllegalArgumentException(
                            "\"protocol\" must be tcp or udp, not \"" + text + "\"");
        };
    }

    private HistoryStep step(String op, JsonFields fields) {
        return switch (op) {
            case "socket" -> open(fields);
            case "attach" -> attach(fields.only("op", "id").text("id"));
            case "bind" -> bind(fields.only("op", "id", "address"));
            case "listen" -> new HistoryStep.Listen(socket(fields));
            case "set" -> change(fields.only("op", "id", "reuseaddr", "reuseport", "uid"));
            case "shutdown" -> new HistoryStep.Shutdown(used(fields));
            case "close" -> close(fields);
            case "connect" -> connect(fields.only("op", "id", "to", "via", "accept", "accept_uid"));
            case "peer" -> peer(fields.only("op", "id", "address"));
            default ->
                    throw new IllegalArgumentException(
                            "unknown op; it must be one of socket, bind, listen, set, shutdown,"
                                    + " close, connect, attach, peer");
        };
    }

    private HistoryStep open(JsonFields fields) {
        fields.only("op", "id", "family", "reuseaddr", "reuseport", "v6only", "uid", "device");
        String id = fields.text("id");
        int family = family(fields.number("family"));
        boolean v6only = fields.flag("v6only").orElse(false);
        names.define(id, family, v6only);
        return new HistoryStep.Open(
                id,
                family,
                fields.flag("reuseaddr").orElse(false),
                fields.flag("reuseport").orElse(false),
                v6only,
                fields.uid("uid").orElse(0),
                loopback(fields.optionalText("device")));
    }

    private static int family(long number) {
        if (number != 4 && number != 6) {
            throw new IllegalArgumentException("\"family\" must be 4 or 6, not " + number);
        }
        return number == 4 ? Sockets.AF_INET : Sockets.AF_INET6;
    }

    private static boolean loopback(Optional<String> device) {
        if (device.isPresent() && !device.get().equals("lo")) {
            throw new IllegalArgumentException(
                    "\"device\" must be null or \"lo\", not \"" + device.get() + "\"");
        }
        return device.isPresent();
    }

    private HistoryStep attach(String id) {
        names.useUnbound(id);
        return new HistoryStep.Attach(id);
    }

    private HistoryStep bind(JsonFields fields) {
        var bind = new HistoryStep.Bind(fields.text("id"), address(fields, "address"));
        names.bind(bind.id(), bind.address());
        return bind;
    }

    private static SockAddr.Inet address(JsonFields fields, String name) {
        String text = fields.text(name);
        try {
            return Addresses.of(text, 0);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("\"" + name + "\": " + wrong.getMessage(), wrong);
        }
    }

    private String socket(JsonFields fields) {
        String id = fields.only("op", "id").text("id");
        names.useSocket(id);
        return id;
    }

    private String used(JsonFields fields) {
        String id = fields.only("op", "id").text("id");
        names.use(id);
        return id;
    }

    private HistoryStep change(JsonFields fields) {
        String id = fields.text("id");
        names.use(id);
        var change =
                new HistoryStep.Change(
                        id, fields.flag("reuseaddr"), fields.flag("reuseport"), fields.uid("uid"));
        if (change.reuseaddr().isEmpty()
                && change.reuseport().isEmpty()
                && change.uid().isEmpty()) {
            throw new IllegalArgumentException(
                    "it changes nothing; give reuseaddr, reuseport or uid");
        }
        return change;
    }

    private HistoryStep close(JsonFields fields) {
        String id = used(fields);
        names.close(id);
        return new HistoryStep.Close(id);
    }

    private HistoryStep connect(JsonFields fields) {
        require(Protocol.TCP, "connect is for TCP only; for UDP use peer");
        var connect =
                new HistoryStep.Connect(
                        fields.text("id"),
                        fields.text("to"),
                        address(fields, "via"),
                        fields.text("accept"),
                        fields.uid("accept_uid").orElse(0));
        names.useSocket(connect.to());
        names.defineConnection(connect.id());
        names.defineConnection(connect.accept());
        return connect;
    }

    private HistoryStep peer(JsonFields fields) {
        require(Protocol.UDP, "peer is for UDP only; for TCP use connect");
        var peer = new HistoryStep.Peer(fields.text("id"), address(fields, "address"));
        names.connect(peer.id(), peer.peer());
        return peer;
    }

    private void require(Protocol wanted, String otherwise) {
        if (protocol != wanted) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
