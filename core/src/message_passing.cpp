// The parts of a Potential for models that hear their neighbors' features.
#include "nnmanybody/potential.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace nnmb {

namespace {

int rows_of(const AtomicModel &model)
{
  return model.message_rule() ? static_cast<int>(model.message_rule()->map.n_rows) : 0;
}

/// std::hypot guards against overflow, which no distance comes near, and takes several times as long.
double distance(const EnvironmentBlock &block, std::size_t n)
{
  return std::sqrt(block.x[n] * block.x[n] + block.y[n] * block.y[n] + block.z[n] * block.z[n]);
}

}    // namespace

/// Members have their messages one behind the other, the same numbers of them whatever the element.
void Potential::count_messages()
{
  const auto &first = definition_.sections.front();
  message_start_.assign(1, 0);
  for (const auto &model : first.models)
    message_start_.push_back(message_start_.back() + rows_of(*model));
  for (const ElementSection &section : definition_.sections)
    for (std::size_t m = 0; m < section.models.size(); ++m) {
      const AtomicModel &model = *section.models[m];
      if (rows_of(model) != rows_of(*first.models[m]))
        throw std::invalid_argument(
            "expected neighborhoods (N) of the same bases for all elements, got " +
            std::to_string(rows_of(*first.models[m])) + " functions for " + first.element +
            " and " + std::to_string(rows_of(model)) + " for " + section.element);
      if (model.message_rule()) cutoff_ = std::max(cutoff_, model.message_rule()->cutoff.radius);
    }
}

void Potential::send(const EnvironmentBlock &block, PotentialScratch &scratch,
                     arma::mat &messages) const
{
  const auto species = static_cast<std::size_t>(block.center_species);
  descriptors_[species].values(block, scratch.descriptor, scratch.features);
  scalings_[species].apply(scratch.features);
  messages.set_size(static_cast<arma::uword>(n_messages()), scratch.features.n_cols);
  arma::uword row = 0;
  for (const auto &model : definition_.sections[species].models)
    if (const MessageRule *rule = model->message_rule()) {
      messages.rows(row, row + rule->map.n_rows - 1) = rule->map * scratch.features;
      row += rule->map.n_rows;
    }
}

/// psi of centers begin … end - 1.
void Potential::hear(const EnvironmentBlock &block, int begin, int end,
                     PotentialScratch &scratch) const
{
  const auto &models = definition_.sections[static_cast<std::size_t>(block.center_species)].models;
  const auto n_messages = static_cast<std::size_t>(this->n_messages());
  arma::mat &psi = scratch.message.psi;
  psi.zeros(n_messages, static_cast<arma::uword>(end - begin));
  scratch.message.gradient.zeros(psi.n_rows, psi.n_cols);
  for (std::size_t m = 0; m < models.size(); ++m) {
    const MessageRule *rule = models[m]->message_rule();
    if (!rule) continue;
    const auto first = static_cast<std::size_t>(message_start_[m]);
    for (int center = begin; center < end; ++center) {
      double *column = psi.colptr(static_cast<arma::uword>(center - begin)) + first;
      const auto c = static_cast<std::size_t>(center);
      for (int i = block.first[c]; i < block.first[c + 1]; ++i) {
        const auto n = static_cast<std::size_t>(i);
        const double f = rule->cutoff(distance(block, n)).value;
        const double *said = scratch.exchange.messages +
                             n_messages * static_cast<std::size_t>(scratch.exchange.neighbors[n]) +
                             first;
        for (arma::uword k = 0; k < rule->map.n_rows; ++k) column[k] += f * said[k];
      }
    }
  }
}

/// Adds to dE/d(message) of the neighbors, and to the gradient by the distances that f_c holds.
void Potential::reply(const EnvironmentBlock &block, int begin, int end, PotentialScratch &scratch,
                      NeighborGradient &gradient) const
{
  const auto &models = definition_.sections[static_cast<std::size_t>(block.center_species)].models;
  const auto n_messages = static_cast<std::size_t>(this->n_messages());
  for (std::size_t m = 0; m < models.size(); ++m) {
    const MessageRule *rule = models[m]->message_rule();
    if (!rule) continue;
    const auto first = static_cast<std::size_t>(message_start_[m]);
    for (int center = begin; center < end; ++center) {
      const double *by_psi =
          scratch.message.gradient.colptr(static_cast<arma::uword>(center - begin)) + first;
      const auto c = static_cast<std::size_t>(center);
      for (int i = block.first[c]; i < block.first[c + 1]; ++i) {
        const auto n = static_cast<std::size_t>(i);
        const double r = distance(block, n);
        const CutoffValue f = rule->cutoff(r);
        const std::size_t at =
            n_messages * static_cast<std::size_t>(scratch.exchange.neighbors[n]) + first;
        double slope = 0.0;
        for (arma::uword k = 0; k < rule->map.n_rows; ++k) {
          slope += by_psi[k] * scratch.exchange.messages[at + k];
          scratch.exchange.gradients[at + k] += f.value * by_psi[k];
        }
        slope *= f.derivative / r;
        gradient.x[n] += slope * block.x[n];
        gradient.y[n] += slope * block.y[n];
        gradient.z[n] += slope * block.z[n];
      }
    }
  }
}

void Potential::answer(const EnvironmentBlock &block, const arma::mat &message_gradients,
                       PotentialScratch &scratch, NeighborGradient &gradient) const
{
  const auto species = static_cast<std::size_t>(block.center_species);
  const Descriptor &descriptor = descriptors_[species];
  arma::mat weights(static_cast<arma::uword>(descriptor.n_functions()), message_gradients.n_cols,
                    arma::fill::zeros);
  arma::uword row = 0;
  for (const auto &model : definition_.sections[species].models)
    if (const MessageRule *rule = model->message_rule()) {
      weights += rule->map.t() * message_gradients.rows(row, row + rule->map.n_rows - 1);
      row += rule->map.n_rows;
    }
  scalings_[species].apply_to_gradient(weights);
  contract_features(block, weights, scratch, gradient);
}

void Potential::contract_features(const EnvironmentBlock &block, const arma::mat &weights,
                                  PotentialScratch &scratch, NeighborGradient &gradient) const
{
  const Descriptor &descriptor = descriptors_[static_cast<std::size_t>(block.center_species)];
  descriptor.prepare(block, scratch.descriptor);
  for (int begin = 0; begin < block.n_centers();) {
    const int end =
        descriptor.values(scratch.descriptor, begin, block.n_centers(), scratch.features);
    descriptor.contract(
        scratch.descriptor, begin, end,
        weights.cols(static_cast<arma::uword>(begin), static_cast<arma::uword>(end) - 1));
    begin = end;
  }
  descriptor.gather_gradient(block, scratch.descriptor, gradient);
}

void Potential::contract_each(const EnvironmentBlock &block, const arma::cube &weights,
                              PotentialScratch &scratch,
                              std::vector<NeighborGradient> &gradients) const
{
  const Descriptor &descriptor = descriptors_[static_cast<std::size_t>(block.center_species)];
  const auto n_pairs = static_cast<std::size_t>(block.n_neighbors());
  gradients.resize(weights.n_cols);
  for (NeighborGradient &gradient : gradients)
    for (auto *array : {&gradient.x, &gradient.y, &gradient.z}) array->assign(n_pairs, 0.0);
  descriptor.prepare(block, scratch.descriptor);
  for (int begin = 0; begin < block.n_centers();) {
    const int end =
        descriptor.values(scratch.descriptor, begin, block.n_centers(), scratch.features);
    for (arma::uword k = 0; k < weights.n_cols; ++k) {
      arma::mat of_set(weights.n_rows, static_cast<arma::uword>(end - begin));
      for (arma::uword c = 0; c < of_set.n_cols; ++c)
        of_set.col(c) = weights.slice(static_cast<arma::uword>(begin) + c).col(k);
      contract_alone(block, begin, end, of_set, scratch, gradients[k]);
    }
    begin = end;
  }
}

}    // namespace nnmb
