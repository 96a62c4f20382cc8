package dev.berth.lab;

import dev.berth.bpf.Cbpf;
import dev.berth.bpf.CbpfProgram;
import dev.berth.bpf.CbpfTable;
import dev.berth.bpf.Family;
import dev.berth.bpf.Selection;
import dev.berth.bpf.SocketTable;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The BPF programs that an actor attaches to groups.
final class SteeringPrograms {
    private final ActorSockets sockets;

    /// The eBPF tables by the name of the socket that they were attached to; the program needs
    /// them.
    private final Map<String, SocketTable> tables = new HashMap<>();

    SteeringPrograms(ActorSockets sockets) {
        this.sockets = sockets;
    }

    /// `index`: a classic program that always chooses one member. `hash`: one that hashes over the
    /// members up to `index`. `table`: an eBPF table of `sockets`, of which those in `serve` get
    /// new connections; used again on the same socket, it only changes `serve`. `none`: detaches.
    StepResult steer(Op.Steer op) throws IOException {
        int fd = sockets.number(op.id());
        return switch (op.program()) {
            case "index" -> {
                var program = CbpfProgram.of(new Cbpf.Return(op.index()));
                CbpfTable.attach(fd, program.assemble());
                yield StepResult.ok();
            }
            case "hash" -> {
                int[] indices = new int[op.index() + 1];
                java.util.Arrays.setAll(indices, i -> i);
                boolean four = SocketOption.DOMAIN.read(fd) == Sockets.AF_INET;
                CbpfTable.attach(
                        fd,
                        CbpfTable.program(
                                Selection.HASH, indices, four ? Family.INET : Family.INET6));
                yield StepResult.ok();
            }
            case "table" -> table(op, fd);
            case "none" ->
                    StepResult.of(
                            Sockets.setsockopt(
                                    fd, Sockets.SOL_SOCKET, Sockets.SO_DETACH_REUSEPORT_BPF, 0));
            default -> throw new IllegalStateException(op.program());
        };
    }

    private StepResult table(Op.Steer op, int fd) throws IOException {
        SocketTable table = tables.get(op.id());
        if (table == null) {
            table = SocketTable.create(Math.max(1, op.sockets().size()));
            tables.put(op.id(), table);
            for (String id : op.sockets()) {
                table.put(op.sockets().indexOf(id), sockets.number(id));
            }
            table.serve(Selection.HASH, keys(op));
            table.attach(fd);
        } else {
            table.serve(Selection.HASH, keys(op));
        }
        return StepResult.ok();
    }

    private static int[] keys(Op.Steer op) {
        List<String> names = op.sockets();
        return op.serve().stream().mapToInt(names::indexOf).toArray();
    }
}
