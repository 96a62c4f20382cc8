package dev.berth.cli.ports;

import dev.berth.cli.command.LineWrap;
import dev.berth.inspect.BindForecast;
import dev.berth.inspect.BindRequest;
import dev.berth.inspect.Owner;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.Printable;
import dev.berth.inspect.ShareChange;
import dev.berth.inspect.SharePlan;
import dev.berth.inspect.SocketText;
import dev.berth.sys.Errno;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/// `berth open` and `berth close` for people.
final class ShareText {
    private static final int LEAST = 40;

    private final int columns;

    ShareText(OptionalInt columns) {
        this.columns = Math.max(columns.orElse(Integer.MAX_VALUE), LEAST);
    }

    /// What is about to be changed.
    List<String> plan(SharePlan plan, List<String> effects) {
        List<String> lines = new ArrayList<>();
        lines.add("SO_REUSEPORT will be " + (plan.open() ? "set" : "cleared") + " on:");
        List<PortSocket> ports = plan.changes().stream().filter(ShareText::port).toList();
        ports.forEach(port -> socket(lines, port));
        int connections = plan.changes().size() - ports.size();
        if (connections > 0) {
            String what = connections == 1 ? " connection" : " connections";
            add(lines, "  " + connections + what + " of the same processes", 4);
        }
        plan.ports().stream()
                .filter(port -> !plan.changes().contains(port))
                .forEach(
                        port ->
                                add(
                                        lines,
                                        "  (not on %s of %s: nothing to change)"
                                                .formatted(port.local(), pids(port)),
                                        4));
        lines.add("Effects:");
        effects.forEach(effect -> add(lines, "  - " + effect, 4));
        return lines;
    }

    private static boolean port(PortSocket socket) {
        return !socket.connection();
    }

    private void socket(List<String> lines, PortSocket socket) {
        add(lines, "  " + SocketText.line(socket), 4);
        socket.owners().stream()
                .map(Owner::pid)
                .distinct()
                .skip(1)
                .map(pid -> owner(socket, pid))
                .forEach(also -> add(lines, "    the same socket: " + also, 6));
    }

    private static String owner(PortSocket socket, int pid) {
        Owner owner =
                socket.owners().stream().filter(o -> o.pid() == pid).findFirst().orElseThrow();
        return owner.text() + " of user " + Printable.text(owner.user());
    }

    private static String pids(PortSocket socket) {
        return socket.owners().stream()
                .map(owner -> "pid " + owner.pid())
                .distinct()
                .collect(Collectors.joining(", "));
    }

    /// What was changed.
    List<String> answer(ShareResult result) {
        List<String> lines = new ArrayList<>();
        SharePlan plan = result.plan();
        String state = plan.open() ? "set" : "cleared";
        if (result.changes().isEmpty()) {
            lines.add("nothing to do: SO_REUSEPORT is already " + state);
        }
        long connections = 0;
        for (ShareChange change : result.changes()) {
            boolean done = change.result() == ShareChange.Result.DONE;
            if (done && !port(change.socket())) {
                connections++;
            } else {
                add(lines, change(change, state), 2);
            }
        }
        if (connections > 0) {
            lines.add(
                    state
                            + " on "
                            + connections
                            + (connections == 1 ? " connection" : " connections"));
        }
        result.checks().forEach(check -> check(lines, plan.open(), check));
        return lines;
    }

    private static String change(ShareChange change, String state) {
        String where = change.socket().local() + " of " + pids(change.socket());
        return change.result() == ShareChange.Result.DONE
                ? state + " on " + where + ", and read back"
                : "not " + state + " on " + where + ": " + change.reason();
    }

    private void check(List<String> lines, boolean open, BindForecast check) {
        BindRequest request = check.request();
        String options = request.reuseaddr() ? "SO_REUSEPORT and SO_REUSEADDR" : "SO_REUSEPORT";
        String answer =
                check.succeeds()
                        ? " succeeds now"
                        : " fails now: "
                                + check.bind().or(check::listen).map(Errno::name).orElseThrow();
        add(
                lines,
                "checked: a bind with uid "
                        + Integer.toUnsignedString(request.uid())
                        + " and "
                        + options
                        + " to "
                        + request.address()
                        + answer
                        + (check.certain() ? "; certain" : "; not certain"),
                2);
        check.uncertain().forEach(reason -> add(lines, "  - " + reason, 4));
        if (open && !check.succeeds()) {
            check.because().forEach(cause -> add(lines, "  - " + cause.text(), 4));
        }
    }

    private void add(List<String> lines, String text, int indent) {
        lines.addAll(LineWrap.lines(Printable.text(text), columns, indent));
    }
}
