package dev.berth.cli.ports;

import dev.berth.cli.command.JsonOutput;
import dev.berth.inspect.Owner;
import dev.berth.inspect.PortGroup;
import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.UserNames;
import dev.berth.net.DiagQuery;
import dev.berth.net.Protocol;
import dev.berth.net.TcpState;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;

import java.io.PrintStream;
import java.util.Optional;

/// `berth who --json`: schema 1. `null` means that a field does not apply; a value that could not
/// be read is absent, and named in `unknown`. The output is streamed, because there may be many
/// sockets.
final class WhoJson {
    private static final int SCHEMA = 1;

    private final JsonGenerator json;
    private final UserNames userNames = new UserNames();

    WhoJson(JsonGenerator json) {
        this.json = json;
    }

    static void write(PortReport report, PrintStream out) {
        try (JsonGenerator json =
                JsonOutput.FACTORY
                        .createGenerator(ObjectWriteContext.empty(), out)
                        .configure(StreamWriteFeature.AUTO_CLOSE_TARGET, false)) {
            json.writeStartObject();
            new WhoJson(json).write(report);
            json.writeEndObject();
        }
        out.print("\n");
        out.flush();
    }

    private void write(PortReport report) {
        json.writeNumberProperty("schema", SCHEMA);
        JsonOutput.objects(json, "sockets", report.sockets(), this::socket);
        JsonOutput.objects(json, "groups", report.groups(), this::group);
        JsonOutput.strings(json, "unknown", report.unknown());
    }

    /// Writes a field with a socket, or `null` for none.
    void socket(String name, Optional<PortSocket> socket) {
        if (socket.isPresent()) {
            json.writeObjectPropertyStart(name);
            socket(socket.get());
            json.writeEndObject();
        } else {
            json.writeNullProperty(name);
        }
    }

    /// Writes the fields of one socket.
    void socket(PortSocket socket) {
        json.writeStringProperty("protocol", protocol(socket));
        json.writeStringProperty("family", socket.family() == DiagQuery.INET ? "inet" : "inet6");
        json.writeStringProperty("state", socket.state().name());
        json.writeStringProperty("local", socket.local().toString());
        JsonOutput.text(json, "remote", socket.remote().map(Object::toString));
        if (!socket.row().partial()) {
            JsonOutput.text(json, "device", socket.deviceName());
        }
        v6only(socket);
        identity(socket);
        flag("reuseaddr", socket.reuseaddr());
        flag("reuseport", socket.reuseport());
        queue(socket);
        group(socket);
        owners(socket);
        extras(socket);
    }

    /// Multipath TCP shares the ports of TCP.
    private static String protocol(PortSocket socket) {
        boolean tcp = socket.protocol() == Protocol.TCP;
        return tcp && socket.multipath() ? "mptcp" : socket.protocol().text();
    }

    private void v6only(PortSocket socket) {
        if (socket.family() == DiagQuery.INET) {
            json.writeNullProperty("v6only");
        } else {
            flag("v6only", socket.v6only());
        }
    }

    /// A socket in TIME_WAIT no longer belongs to anybody.
    private void identity(PortSocket socket) {
        if (socket.timeWaitMillis().isPresent()) {
            json.writeNullProperty("uid");
            json.writeNullProperty("user");
        } else {
            json.writeNumberProperty("uid", Integer.toUnsignedLong(socket.uid()));
            json.writeStringProperty("user", userNames.name(socket.uid()));
        }
        if (socket.inode() == 0) {
            json.writeNullProperty("inode");
        } else {
            json.writeNumberProperty("inode", socket.inode());
        }
        if (!socket.row().partial()) {
            json.writeStringProperty("cookie", Long.toUnsignedString(socket.cookie()));
        }
        json.writeNumberProperty("netns", socket.netns());
    }

    private void queue(PortSocket socket) {
        if (socket.state() == TcpState.LISTEN) {
            json.writeNumberProperty("queue", Integer.toUnsignedLong(socket.queue()));
            if (!socket.row().partial()) {
                json.writeNumberProperty("backlog", Integer.toUnsignedLong(socket.backlog()));
            }
        } else {
            json.writeNullProperty("queue");
            json.writeNullProperty("backlog");
        }
        if (socket.drops().isPresent()) {
            json.writeNumberProperty("drops", Integer.toUnsignedLong(socket.drops().getAsInt()));
        } else if (!socket.row().partial()) {
            json.writeNullProperty("drops");
        }
    }

    private void group(PortSocket socket) {
        if (socket.group().isPresent()) {
            json.writeNumberProperty("group", socket.group().getAsInt());
        } else if (!socket.listening() || socket.reuseport().isPresent()) {
            json.writeNullProperty("group");
        }
    }

    /// Writes the owners unless none could be found. Only for a socket that the kernel alone holds
    /// is it certain that there are none.
    private void owners(PortSocket socket) {
        if (!socket.owners().isEmpty() || socket.inode() == 0) {
            JsonOutput.objects(json, "owners", socket.owners(), this::owner);
        }
    }

    private void owner(Owner owner) {
        json.writeNumberProperty("pid", owner.pid());
        json.writeStringProperty("command", owner.command());
        json.writeNumberProperty("fd", owner.fd());
        json.writeStringProperty("user", owner.user());
        JsonOutput.text(json, "unit", owner.unit());
        JsonOutput.text(json, "container", owner.container());
    }

    private void extras(PortSocket socket) {
        if (socket.owners().isEmpty()) {
            json.writeStringProperty("why_no_owner", socket.explanation());
        }
        if (socket.timeWaitMillis().isPresent()) {
            json.writeNumberProperty("expires_ms", socket.timeWaitMillis().getAsInt());
        }
        if (socket.cgroup().isPresent()) {
            json.writeNumberProperty("cgroup", socket.cgroup().getAsLong());
        }
        if (socket.options().incomingCpu().isPresent()) {
            json.writeNumberProperty("incoming_cpu", socket.options().incomingCpu().getAsInt());
        }
    }

    private void group(PortGroup group) {
        json.writeNumberProperty("id", group.id());
        json.writeNumberProperty("members", group.members());
        JsonOutput.objects(json, "foreign", group.foreign(), this::foreign);
    }

    private void foreign(PortSocket socket) {
        json.writeNumberProperty("inode", socket.inode());
        json.writeStringProperty("local", socket.local().toString());
        owners(socket);
    }

    private void flag(String name, Optional<Boolean> value) {
        value.ifPresent(known -> json.writeBooleanProperty(name, known));
    }
}
