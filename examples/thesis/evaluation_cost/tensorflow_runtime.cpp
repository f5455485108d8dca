// Networks of a SavedModel evaluated one atom at a time with TensorFlow's C API.
//
// tensorflow_runtime SAVED_MODEL CONFIG SIGNATURES X LEAST REPEATS
// CONFIG is a serialized ConfigProto; a line of SIGNATURES has the input and the output operation, and its index
// prints for every signature: CPU seconds of a value, value
#include "timing.h"

#include <tensorflow/c/c_api.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace {

void check(const TF_Status *status)
{
  if (TF_GetCode(status) != TF_OK) throw std::runtime_error(TF_Message(status));
}

TF_Output find(TF_Graph *graph, const std::string &name, int index)
{
  TF_Operation *operation = TF_GraphOperationByName(graph, name.c_str());
  if (operation == nullptr) throw std::runtime_error("the graph has no operation " + name);
  return {operation, index};
}

double run(TF_Session *session, TF_Output input, TF_Output output, double x, TF_Status *status)
{
  const int64_t shape[] = {1, 1};
  TF_Tensor *given = TF_AllocateTensor(TF_DOUBLE, shape, 2, sizeof(double));
  *static_cast<double *>(TF_TensorData(given)) = x;
  TF_Tensor *found = nullptr;
  TF_SessionRun(session, nullptr, &input, &given, 1, &output, &found, 1, nullptr, 0, nullptr,
                status);
  check(status);
  const double value = *static_cast<double *>(TF_TensorData(found));
  TF_DeleteTensor(given);
  TF_DeleteTensor(found);
  return value;
}

void measure(char **arguments)
{
  std::ifstream config_file(arguments[2], std::ios::binary);
  const std::string config{std::istreambuf_iterator<char>(config_file), {}};
  TF_Status *status = TF_NewStatus();
  TF_SessionOptions *options = TF_NewSessionOptions();
  TF_SetConfig(options, config.data(), config.size(), status);
  check(status);
  TF_Graph *graph = TF_NewGraph();
  const char *tags[] = {"serve"};
  TF_Session *session =
      TF_LoadSessionFromSavedModel(options, nullptr, arguments[1], tags, 1, graph, nullptr, status);
  check(status);
  std::ifstream signatures(arguments[3]);
  std::string input_name;
  std::string output_name;
  int index = 0;
  while (signatures >> input_name >> output_name >> index) {
    const TF_Output input = find(graph, input_name, 0);
    const TF_Output output = find(graph, output_name, index);
    double value = 0.0;
    const double seconds = cpu_seconds(std::atof(arguments[5]), std::atoi(arguments[6]), [&] {
      value = run(session, input, output, std::atof(arguments[4]), status);
    });
    std::printf("%.9e %.17e\n", seconds, value);
  }
  TF_CloseSession(session, status);
  TF_DeleteSession(session, status);
  TF_DeleteGraph(graph);
  TF_DeleteSessionOptions(options);
  TF_DeleteStatus(status);
}

}    // namespace

int main(int argc, char **argv)
{
  if (argc != 7) {
    std::fputs("expected: SAVED_MODEL CONFIG SIGNATURES X LEAST REPEATS\n", stderr);
    return 2;
  }
  try {
    measure(argv);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
