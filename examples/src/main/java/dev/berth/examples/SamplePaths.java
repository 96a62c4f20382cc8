package dev.berth.examples;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Where the parts of the sample servers are on this machine. Fills the placeholders of a
/// [SampleServer#command()].
///
/// @param java the `java` program: `{java}`
/// @param classes the compiled classes of this module: `{classes}`
/// @param servers the folder `examples/servers`: `{servers}`
/// @param scratch a folder for files that a server writes, removed by its creator: `{scratch}`
public record SamplePaths(Path java, Path classes, Path servers, Path scratch) {
    /// The places in a source tree that has been built, for the JDK that runs this code.
    ///
    /// @param root the top of the source tree
    public static SamplePaths of(Path root, Path scratch) {
        return new SamplePaths(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                root.resolve("examples/target/classes"),
                root.resolve("examples/servers"),
                scratch);
    }

    /// The command that starts `server`.
    ///
    /// @param port `{port}`, shared by all workers
    /// @param privatePort `{private}`, which each worker asks for; 0 if none is needed
    public List<String> command(SampleServer server, int port, int privatePort) {
        Map<String, String> values =
                Map.of(
                        "{java}", java.toString(),
                        "{classes}", classes.toString(),
                        "{servers}", servers.toString(),
                        "{scratch}", scratch.toString(),
                        "{port}", Integer.toString(port),
                        "{private}", Integer.toString(privatePort));
        return server.command().stream().map(word -> fill(word, values)).toList();
    }

    private static String fill(String word, Map<String, String> values) {
        String filled = word;
        for (var value : values.entrySet()) {
            filled = filled.replace(value.getKey(), value.getValue());
        }
        return filled;
    }
}
