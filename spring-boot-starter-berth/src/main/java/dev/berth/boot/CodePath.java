package dev.berth.boot;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The class path of Berth's own classes, for starting a JVM with them. Jars nested in another jar,
/// as in Boot's executable jars, are extracted.
///
/// **Ownership:** [#close()] removes the copies and all other files in their directory.
final class CodePath implements AutoCloseable {
    /// One class of each jar.
    private static final List<String> ROOMS =
            List.of(
                    "dev/berth/boot/ExplainerMain.class",
                    "dev/berth/inspect/PortReport.class",
                    "dev/berth/net/ListenAddress.class",
                    "dev/berth/sys/Errno.class");

    private final Path scratch;
    private final Set<String> parts = new LinkedHashSet<>();

    private CodePath(Path scratch) {
        this.scratch = scratch;
    }

    /// Finds Berth's classes, and copies those that are in a nested jar.
    ///
    /// @throws IOException if a part cannot be found or copied
    static CodePath ofBerth() throws IOException {
        CodePath path = new CodePath(Files.createTempDirectory("berth"));
        try {
            for (String room : ROOMS) {
                path.add(room);
            }
            return path;
        } catch (IOException | RuntimeException failed) {
            path.close();
            throw failed;
        }
    }

    /// A directory that only this user may access.
    Path scratch() {
        return scratch;
    }

    String text() {
        return String.join(File.pathSeparator, parts);
    }

    private void add(String file) throws IOException {
        URL found = CodePath.class.getClassLoader().getResource(file);
        if (found == null) {
            throw new IOException("not found: " + file);
        }
        String place = found.toString();
        String root = place.substring(0, place.length() - file.length());
        parts.add(
                root.startsWith("jar:")
                        ? jar(root).toString()
                        : Path.of(URI.create(root)).toString());
    }

    /// The jar at `root`; a nested one is copied out.
    ///
    /// @param root `jar:file:/lib/a.jar!/`, or `jar:nested:/app.jar/!BOOT-INF/lib/a.jar!/`
    private Path jar(String root) throws IOException {
        String jar = root.substring("jar:".length(), root.lastIndexOf("!/"));
        if (jar.startsWith("file:")) {
            return Path.of(URI.create(jar));
        }
        Path copy = scratch.resolve(parts.size() + ".jar");
        try (InputStream in = new URL(jar).openStream()) {
            Files.copy(in, copy);
        }
        return copy;
    }

    @Override
    public void close() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(scratch)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(scratch);
    }
}
