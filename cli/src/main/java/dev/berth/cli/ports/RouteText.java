package dev.berth.cli.ports;

import dev.berth.cli.command.LineWrap;
import dev.berth.inspect.Owner;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.Printable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// `berth route` for people.
final class RouteText {
    private static final int WIDE = 100;
    private static final int BAR = 40;
    private static final int LEAST = 20;

    private final OptionalInt columns;
    private final boolean colour;

    RouteText(OptionalInt columns, boolean colour) {
        this.columns = columns;
        this.colour = colour;
    }

    List<String> lines(RouteAnswer answer) {
        List<String> lines = new ArrayList<>();
        int room = Math.max(columns.orElse(Integer.MAX_VALUE), LEAST);
        lines.addAll(LineWrap.lines(answer.client() + " -> " + answer.server(), room, 2));
        if (answer.socket().isPresent()) {
            var who = new WhoText(columns, colour, true);
            lines.addAll(who.socketLines(answer.socket().get(), answer.report()));
        }
        String certain = answer.certain() ? "certain: " : "not certain: ";
        lines.addAll(LineWrap.lines(certain + answer.note(), room, 4));
        if (!answer.spread().isEmpty()) {
            lines.add("");
            chart(lines, answer.spread(), columns.orElse(WIDE));
        }
        return lines;
    }

    private static void chart(List<String> lines, List<RouteAnswer.Share> spread, int columns) {
        int most = spread.getFirst().clients();
        int all = spread.stream().mapToInt(RouteAnswer.Share::clients).sum();
        int width = Math.clamp(columns / 3, 4, BAR);
        for (RouteAnswer.Share share : spread) {
            int filled = (int) Math.max(1, (long) share.clients() * width / most);
            String bar = "#".repeat(filled) + " ".repeat(width - filled);
            String percent = String.format("%5.1f%%", 100.0 * share.clients() / all);
            String line =
                    "  "
                            + bar
                            + " "
                            + percent
                            + " "
                            + share.clients()
                            + "  "
                            + name(share.socket());
            int room = Math.max(columns, LEAST);
            lines.add(line.length() <= room ? line : line.substring(0, room - 1) + "…");
        }
    }

    private static String name(Optional<PortSocket> socket) {
        if (socket.isEmpty()) {
            return "refused, or a socket that has closed meanwhile";
        }
        String where = socket.get().local().toString();
        Optional<Owner> owner = socket.get().owners().stream().reduce((_, last) -> last);
        return owner.map(o -> where + " pid " + o.pid() + " " + command(o))
                .orElse(where + " inode " + socket.get().inode());
    }

    private static String command(Owner owner) {
        return Printable.command(owner.command(), 60);
    }
}
