package dev.berth.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// gRPC clients: `examples/servers/python/grpc_clients.py`, which prints its counts when its
/// standard input ends.
final class GrpcDrainLoad implements DrainLoad {
    private final Process process;
    private final Map<DrainKind, Count> counts = new EnumMap<>(DrainKind.class);
    private final List<String> errors = new ArrayList<>();

    private GrpcDrainLoad(Process process) {
        this.process = process;
    }

    static GrpcDrainLoad start(BenchEnvironment bench, int port) throws IOException {
        String script = bench.root().resolve("examples/servers/python/grpc_clients.py").toString();
        List<String> command =
                List.of(
                        DrainServer.PYTHON,
                        script,
                        Integer.toString(port),
                        Integer.toString(DrainKind.UNARY.clients()));
        return new GrpcDrainLoad(bench.builder(command).redirectErrorStream(true).start());
    }

    @Override
    public void finish() throws IOException {
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        output.lines().forEach(this::read);
    }

    private void read(String line) {
        String[] words = line.split(" ");
        boolean kind = words[0].equals(DrainKind.UNARY.name()) || words[0].equals("PARTS");
        if (kind && words.length == 4 && words[1].matches("[0-9]+")) {
            counts.put(
                    DrainKind.valueOf(words[0]),
                    new Count(number(words[1]), number(words[2]), number(words[3])));
        } else {
            errors.add(line);
        }
    }

    private static AtomicLong number(String word) {
        return new AtomicLong(Long.parseLong(word));
    }

    @Override
    public Map<DrainKind, Count> counts() {
        return counts;
    }

    @Override
    public List<String> errors() {
        return errors;
    }
}
