package dev.berth.lab;

import dev.berth.sys.Fd;
import dev.berth.sys.MemoryFile;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// A jar in memory with Berth's own classes, for actors of other users: they inherit it, since they
/// may lack access to Berth's folder. No actor can change it.
final class ClassArchive {
    /// The path at which an actor that inherits it as [Actors#CLASSES] finds it.
    static final String PATH = "/proc/self/fd/" + Actors.CLASSES;

    private static final String CLASS_PATH = "-cp";
    private static final String MODULE_PATH = "-p";
    private static final Set<String> PATHS = Set.of(CLASS_PATH, MODULE_PATH);

    /// Options that name a file of Berth's folder: an argument file and a start-up cache.
    private static final String FILES = "@.*|-XX:AOTCache=.*";

    private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";
    private static final String OWN = "dev/berth";

    private ClassArchive() {}

    /// Copies the class path and the module path of `command`; the caller closes the archive.
    ///
    /// @throws IOException if a part of it cannot be read, or memory runs out
    static Fd of(List<String> command) throws IOException {
        var bytes = new ByteArrayOutputStream();
        Set<String> seen = new HashSet<>();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.setLevel(Deflater.BEST_SPEED);
            for (int i = 0; i < command.size(); i++) {
                if (PATHS.contains(command.get(i))) {
                    for (String part : command.get(i + 1).split(File.pathSeparator)) {
                        add(zip, Path.of(part), seen);
                    }
                }
            }
        }
        return MemoryFile.of("berth-classes", bytes.toByteArray());
    }

    /// The command with the archive as its class path, and without any file of Berth's folder.
    static List<String> instead(List<String> command) {
        List<String> words = new ArrayList<>();
        words.add(command.getFirst());
        words.add(NATIVE_ACCESS);
        for (int i = 1; i < command.size(); i++) {
            String word = command.get(i);
            if (word.equals(MODULE_PATH)) {
                i++;
            } else if (word.equals(CLASS_PATH)) {
                i++;
                words.addAll(List.of(CLASS_PATH, PATH));
            } else if (!word.matches(FILES)) {
                words.add(word);
            }
        }
        return words;
    }

    private static void add(ZipOutputStream zip, Path part, Set<String> seen) throws IOException {
        if (Files.isDirectory(part)) {
            copy(zip, part, seen);
        } else if (Files.exists(part)) {
            try (FileSystem jar = FileSystems.newFileSystem(part)) {
                copy(zip, jar.getPath("/"), seen);
            }
        }
    }

    /// If several files have the same name, the first counts, as on a class path.
    private static void copy(ZipOutputStream zip, Path root, Set<String> seen) throws IOException {
        Path own = root.resolve(OWN);
        if (Files.notExists(own)) {
            return;
        }
        try (Stream<Path> files = Files.walk(own)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = root.relativize(file).toString();
                if (seen.add(name)) {
                    zip.putNextEntry(new ZipEntry(name));
                    Files.copy(file, zip);
                }
            }
        }
    }
}
